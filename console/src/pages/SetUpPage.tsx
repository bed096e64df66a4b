// The person who was invited to be a company's administrator chooses how to sign in.

import { useState } from "react";
import { EntryForm } from "../components/EntryForm";
import { MessagePage } from "../components/MessagePage";
import { PasswordField } from "../components/PasswordField";
import { ProblemPage } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import { TextField } from "../components/TextField";
import { setUpProblemOf } from "../core/problem";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useAttempt } from "../hooks/use-attempt";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";

/** Characters of a password at least, as session-api asks for. */
const SHORTEST = 15;
/** Where people sign in, and where they are once they did. */
const CONSOLE = "/agent";

export function SetUpPage({ invitation }: { invitation: string | undefined }) {
  const { t } = useText();
  const { accounts } = useBackend();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { busy, problem, attempt } = useAttempt(setUpProblemOf);
  const [done, setDone] = useState<Account>();
  if (!invitation) return <MessagePage title={t("setup.none.title")} icon="warning" tone="warn"><p>{t("setup.none.text")}</p></MessagePage>;
  // Most often it was used by this very person.
  if (problem?.kind === "setUpWrong") return <ProblemPage problem={problem} actions={<a className="button main" data-testid="setup-on" href={CONSOLE}>{t("agent.signin.submit")}</a>} />;
  if (done) {
    return (
      <MessagePage title={t("setup.done.title", { company: done.company })} actions={<a className="button main" data-testid="setup-on" href={CONSOLE}>{t("setup.done.on")}</a>}>
        <p>{t("setup.done.text")}</p>
      </MessagePage>
    );
  }
  const setUp = async () => {
    const answer = await attempt(() => accounts.setUpAdministrator({ invitation, name: name.trim(), email: email.trim(), password }));
    setDone(answer?.account);
  };
  return (
    <Shell title={t("setup.title")}>
      <EntryForm
        title={t("setup.title")} lead={t("setup.lead")} problem={problem} busy={busy}
        submit={t(busy ? "setup.busy" : "setup.submit")} testId="setup-submit" onSubmit={() => void setUp()}
      >
        <TextField label={t("setup.name")} hint={t("setup.name.hint")} data-testid="setup-name" name="name" autoComplete="name" required maxLength={80} value={name} onText={setName} />
        <TextField
          label={t("agent.signin.email")} data-testid="setup-email" type="email" name="email" autoComplete="username" required maxLength={254}
          aria-invalid={problem?.kind === "emailTaken"} value={email} onText={setEmail}
        />
        <PasswordField
          hint={t("setup.password.hint")} data-testid="setup-password" autoComplete="new-password" minLength={SHORTEST}
          aria-invalid={problem?.kind === "passwordWeak"} value={password} onText={setPassword}
        />
      </EntryForm>
    </Shell>
  );
}
