// What an administrator finds after signing in: the company's people, and a way to add one. Administrators help no customers.

import { useEffect } from "react";
import { AddAccount } from "../components/AddAccount";
import { InlineProblem } from "../components/InlineProblem";
import { Shell } from "../components/Shell";
import { isKey, type Translate } from "../core/catalogue";
import { AccountRole, type Account } from "../gen/cobrowse/v1/account_pb";
import { useAccounts, type Accounts } from "../hooks/use-accounts";
import { useText } from "../hooks/use-text";

interface Props {
  account: Account;
  onSignOut(): void;
  onSignedOut(): void;
}

export function AccountsPage({ account, onSignOut, onSignedOut }: Props) {
  const { t } = useText();
  const accounts = useAccounts();
  const out = accounts.unread?.kind === "signedOut" || accounts.problem?.kind === "signedOut";
  useEffect(() => {
    if (out) onSignedOut();
  }, [out, onSignedOut]);
  const title = t("accounts.title", { company: account.company });
  return (
    <Shell title={title} actions={<button type="button" className="button quiet" data-testid="signout" onClick={onSignOut}>{t("agent.signout")}</button>}>
      <div className="accounts">
        <section className="card">
          <h1>{title}</h1>
          <p className="quiet-text">{t("agent.hello", { name: account.name, company: account.company })}</p>
          <List accounts={accounts} selfId={account.id} />
        </section>
        <AddAccount accounts={accounts} />
      </div>
    </Shell>
  );
}

function List({ accounts: { accounts, unread, more }, selfId }: { accounts: Accounts; selfId: string }) {
  const { t } = useText();
  return (
    <>
      {!accounts && !unread && <p className="quiet-text" role="status">{t("accounts.loading")}</p>}
      <ul className="account-list">
        {accounts?.map((one) => (
          <li key={one.id} data-testid="account">
            <strong>{one.name}</strong>
            <span className="quiet-text">{one.email}</span>
            <span className="quiet-text">{[roleOf(one, t), one.id === selfId && t("accounts.self"), one.disabled && t("accounts.disabled")].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
      <div role="alert">{unread && <InlineProblem problem={unread} />}</div>
      {more && <button type="button" className="button" onClick={more}>{t("accounts.more")}</button>}
    </>
  );
}

function roleOf({ role }: Account, t: Translate): string {
  const key = `accounts.${AccountRole[role]}`;
  return isKey(key) ? t(key) : "";
}
