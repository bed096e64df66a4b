// Signing in as an agent.

import { useState } from "react";
import { EntryForm } from "../components/EntryForm";
import { PasswordField } from "../components/PasswordField";
import { Shell } from "../components/Shell";
import { TextField } from "../components/TextField";
import { signInProblemOf } from "../core/problem";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useAttempt } from "../hooks/use-attempt";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";

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
  const { busy, problem, attempt } = useAttempt(signInProblemOf);
  const title = t(invited ? "invited.title" : "agent.signin.title");
  const signIn = async () => {
    const answer = await attempt(() => accounts.signIn({ email: email.trim(), password }));
    setPassword("");
    if (answer?.account) onSignedIn(answer.account);
  };
  return (
    <Shell title={title}>
      <EntryForm
        title={title} lead={invited ? t("invited.signin") : undefined} problem={problem} busy={busy}
        submit={t(busy ? "agent.signin.busy" : "agent.signin.submit")} testId="agent-signin-submit" onSubmit={() => void signIn()}
      >
        <TextField label={t("agent.signin.email")} data-testid="agent-signin-email" type="email" name="email" autoComplete="username" required maxLength={254} value={email} onText={setEmail} />
        <PasswordField data-testid="agent-signin-password" autoComplete="current-password" value={password} onText={setPassword} />
      </EntryForm>
    </Shell>
  );
}
