// Exclusive control: who has it, and asking for it or giving it back.

import { selfOf } from "../core/live";
import { nameOf } from "../core/people";
import { ControlAction } from "../gen/cobrowse/v1/control_pb";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";

export function ControlButton({ live, endUser }: { live: LiveHandle; endUser: boolean }) {
  const { t } = useText();
  const { control, selfId } = live.live;
  const self = selfOf(live.live);
  const send = (action: ControlAction) => void live.controller.command({ case: "control", value: { action, participantId: selfId } });
  const button = (label: string, action: ControlAction, disabled = false) => (
    <button type="button" className="button small control" disabled={disabled} onClick={() => send(action)}>{label}</button>
  );
  if (!self) return null;
  if (endUser) {
    if (control.holderId === selfId) return button(t("control.together"), ControlAction.RELEASE);
    if (control.holderId) return button(t("people.revoke"), ControlAction.REVOKE);
    return button(t("control.alone"), ControlAction.TAKE);
  }
  if (!self.permissions?.act) return <span className="control-note">{t("control.look")}</span>;
  if (control.holderId === selfId) return button(t("control.release"), ControlAction.RELEASE);
  if (control.requestIds.includes(selfId)) return button(t("control.requested"), ControlAction.REQUEST, true);
  return (
    <>
      {control.holderId && <span className="control-note">{t("control.other", { name: nameOf(live.live, control.holderId) || t("people.customer") })}</span>}
      {button(t("control.request"), ControlAction.REQUEST)}
    </>
  );
}
