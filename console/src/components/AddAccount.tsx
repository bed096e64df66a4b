// An administrator adds a person, and gets the password to hand on.

import { useEffect, useRef, useState } from "react";
import { AccountRole } from "../gen/cobrowse/v1/account_pb";
import type { Accounts, Added } from "../hooks/use-accounts";
import { useCopy } from "../hooks/use-copy";
import { useText } from "../hooks/use-text";
import { EntryForm } from "./EntryForm";
import { Icon } from "./Icon";
import { RoleChoice } from "./RoleChoice";
import { TextField } from "./TextField";

/** Those for whom the console has something. */
const ROLES = ["AGENT", "SUPERVISOR", "ADMINISTRATOR"] as const;

export function AddAccount({ accounts }: { accounts: Accounts }) {
  const { t } = useText();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("AGENT");
  const [added, setAdded] = useState<Added>();
  const { busy, problem } = accounts;
  if (added) return <FirstPassword added={added} onDone={() => setAdded(undefined)} />;
  const add = async () => {
    const made = await accounts.add({ name: name.trim(), email: email.trim(), role: AccountRole[role] });
    if (!made) return;
    setAdded(made);
    setName("");
    setEmail("");
  };
  return (
    <EntryForm title={t("accounts.add")} level={2} problem={problem} busy={busy} submit={t(busy ? "accounts.busy" : "accounts.submit")} testId="account-submit" onSubmit={() => void add()}>
      <TextField label={t("accounts.name")} hint={t("accounts.name.hint")} data-testid="account-name" autoComplete="off" required maxLength={80} value={name} onText={setName} />
      <TextField
        label={t("agent.signin.email")} data-testid="account-email" type="email" autoComplete="off" required maxLength={254}
        aria-invalid={problem?.kind === "emailTaken"} value={email} onText={setEmail}
      />
      <fieldset className="roles">
        <legend>{t("accounts.role")}</legend>
        {ROLES.map((one) => <RoleChoice key={one} label={t(`accounts.${one}`)} text={t(`accounts.${one}.text`)} checked={role === one} testId={`account-${one}`} onChoose={() => setRole(one)} />)}
      </fieldset>
    </EntryForm>
  );
}

function FirstPassword({ added: { account, password }, onDone }: { added: Added; onDone(): void }) {
  const { t } = useText();
  const { copied, copy } = useCopy(password);
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="card form" data-testid="account-added">
      <h2 ref={heading} tabIndex={-1}>{t("accounts.added", { name: account.name })}</h2>
      <p>{t("accounts.added.text", { name: account.name, email: account.email })}</p>
      <input className="field" data-testid="account-password" readOnly aria-label={t("accounts.password")} value={password} onFocus={(event) => event.target.select()} />
      <div className="actions">
        <button type="button" className="button" onClick={copy}><Icon name={copied ? "check" : "copy"} /> {t(copied ? "accounts.copied" : "accounts.copy")}</button>
        <button type="button" className="button main" data-testid="account-done" onClick={onDone}>{t("accounts.done")}</button>
      </div>
      <p className="unseen" role="status">{copied ? t("accounts.copied") : ""}</p>
    </section>
  );
}
