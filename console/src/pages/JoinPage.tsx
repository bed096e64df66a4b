// Entering the PIN.

import { useState } from "react";
import { ProblemDetails, ProblemPage } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import { groupPin, normalizePin, PIN_DIGITS_MIN } from "../core/pin";
import { joinProblemOf, type Problem } from "../core/problem";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";
import { failureOf } from "../transport/failure";

interface Props {
  account: Account;
  onJoined(sessionId: string): void;
  onSignOut(): void;
  onSignedOut(): void;
}

export function JoinPage({ account, onJoined, onSignOut, onSignedOut }: Props) {
  const { t } = useText();
  const { sessions } = useBackend();
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [short, setShort] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const signOut = <button type="button" className="button quiet" onClick={onSignOut}>{t("agent.signout")}</button>;
  const join = async () => {
    setShort(pin.length < PIN_DIGITS_MIN);
    if (pin.length < PIN_DIGITS_MIN) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const { session } = await sessions.joinSession({ pin });
      if (session) onJoined(session.id);
    } catch (error) {
      const found = joinProblemOf(failureOf(error));
      if (found.kind === "signedOut") onSignedOut();
      else setProblem(found);
      setPin("");
    } finally {
      setBusy(false);
    }
  };
  if (problem && problem.kind !== "pinWrong") {
    return <ProblemPage problem={problem} headActions={signOut} actions={<button type="button" className="button main" data-testid="pin-again" onClick={() => setProblem(undefined)}>{t("agent.pin.title")}</button>} />;
  }
  return (
    <Shell title={t("agent.pin.title")} actions={signOut}>
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void join();
        }}
      >
        <h1>{t("agent.pin.title")}</h1>
        <p className="lead">{t("agent.pin.lead")}</p>
        <label className="labelled">
          <span>{t("agent.pin.label")}</span>
          <input
            className="field pin-field" data-testid="pin-input" inputMode="numeric" autoComplete="off" autoFocus aria-invalid={short || problem !== undefined} aria-describedby="pin-problem"
            value={groupPin(pin).join(" ")} onChange={(event) => {
              setShort(false);
              setPin(normalizePin(event.target.value));
            }}
          />
        </label>
        <div id="pin-problem" role="alert">
          {short && <p className="inline-problem">{t("agent.pin.short")}</p>}
          {problem && <div className="inline-problem"><strong data-testid="message-title">{t(`problem.${problem.kind}`)}</strong><p>{t(`problem.${problem.kind}.text`)}</p><ProblemDetails problem={problem} /></div>}
        </div>
        <button type="submit" className="button main large" data-testid="pin-submit" disabled={busy}>{t(busy ? "agent.pin.busy" : "agent.pin.submit")}</button>
        <p className="quiet-text">{t("agent.hello", { name: account.name, company: account.company })}</p>
      </form>
    </Shell>
  );
}
