// Signing in as an agent.

import { useState } from "react";
import { ProblemDetails } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import { signInProblemOf, type Problem } from "../core/problem";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";
import { failureOf } from "../transport/failure";

interface Props {
  /** With an invitation to accept afterwards. */
  invited: boolean;
  onSignedIn(account: Account): void;
}

export function SignInPage({ invited, onSignedIn }: Props) {
  const { t } = useText();
  const { accounts } = useBackend();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const title = t(invited ? "invited.title" : "agent.signin.title");
  const signIn = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { account } = await accounts.signIn({ email: email.trim(), password });
      if (account) onSignedIn(account);
    } catch (error) {
      setProblem(signInProblemOf(failureOf(error)));
    } finally {
      setPassword("");
      setBusy(false);
    }
  };
  return (
    <Shell title={title}>
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <h1>{title}</h1>
        {invited && <p className="lead">{t("invited.signin")}</p>}
        <label className="labelled">
          <span>{t("agent.signin.email")}</span>
          <input className="field" data-testid="agent-signin-email" type="email" name="email" autoComplete="username" required maxLength={254} value={email} onChange={(event) => setEmail(event.target.value)} />
        </label>
        <label className="labelled">
          <span>{t("agent.signin.password")}</span>
          <input className="field" data-testid="agent-signin-password" type="password" name="password" autoComplete="current-password" required maxLength={1024} value={password} onChange={(event) => setPassword(event.target.value)} />
        </label>
        {problem && <div className="inline-problem" role="alert"><strong data-testid="message-title">{t(`problem.${problem.kind}`)}</strong><p>{t(`problem.${problem.kind}.text`)}</p><ProblemDetails problem={problem} /></div>}
        <button type="submit" className="button main large" data-testid="agent-signin-submit" disabled={busy}>{t(busy ? "agent.signin.busy" : "agent.signin.submit")}</button>
      </form>
    </Shell>
  );
}
