// An agent leaves: alone, or with the session ended for all. Who only looks on can only leave.

import { useText } from "../hooks/use-text";
import { Modal } from "./Modal";

interface Props {
  /** Others than the end user and this person are there. */
  others: boolean;
  mayEnd: boolean;
  busy: boolean;
  onClose(): void;
  onLeave(): void;
  onEnd(): void;
}

export function LeaveDialog({ others, mayEnd, busy, onClose, onLeave, onEnd }: Props) {
  const { t } = useText();
  const mayLeave = others || !mayEnd;
  return (
    <Modal
      title={t(mayLeave ? "agent.leave.only.title" : "agent.leave.title")} testId="leave-dialog" onClose={onClose}
      actions={
        <>
          <button type="button" className="button" data-autofocus onClick={onClose}>{t("common.cancel")}</button>
          {mayLeave && <button type="button" className={mayEnd ? "button" : "button main"} data-testid="leave" onClick={onLeave}>{t("agent.leave.alone")}</button>}
          {mayEnd && <button type="button" className="button danger" data-testid="end" disabled={busy} onClick={onEnd}>{t(mayLeave ? "agent.leave.end" : "stop.end")}</button>}
        </>
      }
    >
      <p>{t(!mayEnd ? "agent.leave.only" : others ? "agent.leave.others" : "agent.leave.text")}</p>
    </Modal>
  );
}
