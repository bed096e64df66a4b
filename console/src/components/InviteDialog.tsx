// Invites one more person: what that person may be, then a link that works once.

import { useEffect, useRef, useState } from "react";
import { clock, secondsLeft } from "../core/countdown";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import { useCopy } from "../hooks/use-copy";
import type { Inviting } from "../hooks/use-invite";
import { useNow } from "../hooks/use-now";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";
import { Modal } from "./Modal";
import { RoleChoice } from "./RoleChoice";

interface Props {
  invite: Inviting;
  endUser: boolean;
  company: string;
  onClose(): void;
}

export function InviteDialog({ invite, endUser, company, onClose }: Props) {
  const { t } = useText();
  const [role, setRole] = useState(Role.AGENT);
  const { made, busy, problem } = invite;
  const close = <button type="button" className="button" onClick={onClose}>{t(made ? "invite.done" : "common.cancel")}</button>;
  return (
    <Modal
      title={t("invite.title")} testId="invite-dialog" onClose={onClose}
      actions={made ? close : (
        <>
          {close}
          <button type="button" className="button main" data-testid="invite-make" disabled={busy} onClick={() => invite.make(role)}>{t(busy ? "invite.busy" : "invite.make")}</button>
        </>
      )}
    >
      <p>{t(endUser ? "invite.lead.user" : "invite.lead.agent", { company })}</p>
      {made ? <Made made={made} company={company} onAgain={invite.forget} /> : (
        <fieldset className="roles">
          <legend>{t("invite.role")}</legend>
          <RoleChoice label={t("invite.role.help")} text={t(endUser ? "invite.role.help.text.user" : "invite.role.help.text")} checked={role === Role.AGENT} onChoose={() => setRole(Role.AGENT)} />
          <RoleChoice label={t("invite.role.look")} text={t("invite.role.look.text")} checked={role === Role.OBSERVER} onChoose={() => setRole(Role.OBSERVER)} testId="invite-look" />
        </fieldset>
      )}
      <div role="alert">{problem && <p className="inline-problem">{t(`problem.${problem.kind}`)}. {t(`problem.${problem.kind}.text`)}</p>}</div>
    </Modal>
  );
}

function Made({ made, company, onAgain }: { made: NonNullable<Inviting["made"]>; company: string; onAgain(): void }) {
  const { t } = useText();
  const { copied, copy } = useCopy(made.link);
  const left = secondsLeft(made.expiresAtMs, useNow());
  const over = left <= 0;
  const button = useRef<HTMLButtonElement>(null);
  // What was pressed is gone; without this the keyboard would be nowhere.
  useEffect(() => button.current?.focus(), []);
  return (
    <div className="invitation" data-expired={over || undefined}>
      <input className="field" data-testid="invitation" readOnly aria-label={t("invite.link")} value={made.link} onFocus={(event) => event.target.select()} />
      <p className="quiet-text">{t("invite.once", { company })}</p>
      <div className="row">
        {over
          ? <button type="button" className="button" onClick={onAgain}>{t("invite.another")}</button>
          : <button type="button" ref={button} className="button main" onClick={copy}><Icon name={copied ? "check" : "copy"} /> {t(copied ? "invite.copied" : "invite.copy")}</button>}
        <p className="quiet-text figures" role={over ? "status" : undefined}>{over ? t("invite.expired") : t("invite.expires", { time: clock(left) })}</p>
      </div>
      <p className="unseen" role="status">{copied ? t("invite.copied") : ""}</p>
    </div>
  );
}
