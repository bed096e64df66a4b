// Asks the end user whether this person, of this company, may come in, and with what.

import { useState } from "react";
import { proposed, type Allowed } from "../core/permissions";
import { Role, type Participant } from "../gen/cobrowse/v1/participant_pb";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";
import { Modal } from "./Modal";
import { PermissionSwitches } from "./PermissionSwitches";

interface Props {
  person: Participant;
  onAllow(allowed: Allowed): void;
  onDeny(): void;
  busy: boolean;
  /** The last answer did not get through. */
  failed: boolean;
}

export function AllowDialog({ person, onAllow, onDeny, busy, failed }: Props) {
  const { t } = useText();
  const [allowed, setAllowed] = useState<Allowed>(() => proposed(person.role));
  const looks = person.role === Role.OBSERVER;
  return (
    <Modal
      testId="allow-dialog"
      title={t("allow.title", { name: person.name })}
      lead={<span className="badge"><Icon name="people" size={28} /></span>}
      actions={
        <>
          <button type="button" className="button" data-testid="deny" disabled={busy} onClick={onDeny}>{t("allow.deny")}</button>
          <button type="button" className="button main" data-testid="allow" disabled={busy || !allowed.view} onClick={() => onAllow(allowed)}>{t("allow.button")}</button>
        </>
      }
    >
      <p className="allow-who" data-testid="allow-name"><strong>{person.name}</strong> <span>{t("allow.from", { company: person.company })}</span></p>
      <p>{t("allow.text", { name: person.name })}</p>
      <PermissionSwitches allowed={allowed} onChange={setAllowed} look={looks} explain />
      {looks && <p className="quiet-text">{t("allow.look")}</p>}
      <div role="alert">{failed && <p className="inline-problem">{t("allow.failed")}</p>}</div>
    </Modal>
  );
}
