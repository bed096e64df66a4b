// Joining a session: with the PIN that a customer reads out, or with an invitation.

import { useState } from "react";
import { InvitationForm } from "../components/InvitationForm";
import { PinForm } from "../components/PinForm";
import { ProblemPage } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { useJoin } from "../hooks/use-join";
import { useText } from "../hooks/use-text";

interface Props {
  account: Account;
  /** Came with the address. */
  invitation: string | undefined;
  onJoined(sessionId: string): void;
  onSignOut(): void;
  onSignedOut(): void;
}

export function JoinPage({ account, invitation, onJoined, onSignOut, onSignedOut }: Props) {
  const { t } = useText();
  const join = useJoin(onJoined, onSignedOut);
  const [invited, setInvited] = useState(invitation !== undefined);
  const signOut = <button type="button" className="button quiet" data-testid="signout" onClick={onSignOut}>{t("agent.signout")}</button>;
  const { problem } = join;
  if (problem && problem.kind !== "pinWrong") {
    const again = () => {
      setInvited(false);
      join.clear();
    };
    return <ProblemPage problem={problem} headActions={signOut} actions={<button type="button" className="button main" data-testid="pin-again" onClick={again}>{t("agent.pin.title")}</button>} />;
  }
  return (
    <Shell title={t(invited ? "invited.title" : "agent.pin.title")} actions={signOut}>
      <div className="card form">
        {invited ? <InvitationForm join={join} account={account} invitation={invitation} /> : <PinForm join={join} />}
        <div className="row join-foot">
          <p className="quiet-text">{t("agent.hello", { name: account.name, company: account.company })}</p>
          <button type="button" className="button small" data-testid="join-way" onClick={() => setInvited(!invited)}>{t(invited ? "invited.pin" : "invited.have")}</button>
        </div>
      </div>
    </Shell>
  );
}
