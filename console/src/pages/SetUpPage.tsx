// The person who was invited to be a company's administrator chooses how to sign in.

import { useState } from "react";
import { MessagePage } from "../components/MessagePage";
import { ProblemDetails, ProblemPage } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import { setUpProblemOf, type Problem } from "../core/problem";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";
import { failureOf } from "../transport/failure";

/** Characters of a password at least, as session-api asks for. */
const SHORTEST = 15;

export function SetUpPage({ invitation }: { invitation: string | undefined }) {
  const { t } = useText();
  const { accounts } = useBackend();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [done, setDone] = useState<Account>();
  if (!invitation) return <MessagePage title={t("setup.none.title")} icon="warning" tone="warn"><p>{t("setup.none.text")}</p></MessagePage>;
  if (problem?.kind === "setUpWrong") return <ProblemPage problem={problem} />;
  if (done) {
    return (
      <MessagePage title={t("setup.done.title", { company: done.company })} actions={<a className="button main" href="/agent">{t("setup.done.on")}</a>}>
        <p>{t("setup.done.text")}</p>
      </MessagePage>
    );
  }
  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      setDone((await accounts.setUpAdministrator({ invitation, name: name.trim(), email: email.trim(), password })).account);
    } catch (error) {
      setProblem(setUpProblemOf(failureOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Shell title={t("setup.title")}>
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1>{t("setup.title")}</h1>
        <p className="lead">{t("setup.lead")}</p>
        <label className="labelled">
          <span>{t("setup.name")}</span>
          <input className="field" data-testid="setup-name" name="name" autoComplete="name" required maxLength={80} aria-describedby="setup-name-hint" value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <p id="setup-name-hint" className="quiet-text">{t("setup.name.hint")}</p>
        <label className="labelled">
          <span>{t("agent.signin.email")}</span>
          <input className="field" data-testid="setup-email" type="email" name="email" autoComplete="username" required maxLength={254} value={email} onChange={(event) => setEmail(event.target.value)} />
        </label>
        <label className="labelled">
          <span>{t("agent.signin.password")}</span>
          <input className="field" data-testid="setup-password" type="password" name="password" autoComplete="new-password" required minLength={SHORTEST} maxLength={1024} aria-describedby="setup-password-hint" value={password} onChange={(event) => setPassword(event.target.value)} />
        </label>
        <p id="setup-password-hint" className="quiet-text">{t("setup.password.hint")}</p>
        {problem && <div className="inline-problem" role="alert"><strong data-testid="message-title">{t(`problem.${problem.kind}`)}</strong><p>{t(`problem.${problem.kind}.text`)}</p><ProblemDetails problem={problem} /></div>}
        <button type="submit" className="button main large" data-testid="setup-submit" disabled={busy}>{t(busy ? "setup.busy" : "setup.submit")}</button>
      </form>
    </Shell>
  );
}
