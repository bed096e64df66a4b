// See, point, act. Seeing carries the other two: without it they are off.

import { change, type Allowed } from "../core/permissions";
import { useText } from "../hooks/use-text";
import { Switch } from "./Switch";

interface Props {
  allowed: Allowed;
  onChange(allowed: Allowed): void;
  /** With a line under each. */
  explain?: boolean;
  clipboard?: boolean;
  /** Of a person who only looks on. */
  look?: boolean;
}

export function PermissionSwitches({ allowed, onChange, explain, clipboard, look }: Props) {
  const { t } = useText();
  const set = (part: Partial<Allowed>) => onChange(change(allowed, part));
  return (
    <div className="switches">
      <Switch label={t("allow.view")} text={explain ? t("allow.view.text") : undefined} checked={allowed.view} onChange={(view) => set({ view })} testId="permit-view" />
      {!look && <Switch label={t("allow.point")} text={explain ? t("allow.point.text") : undefined} checked={allowed.point} disabled={!allowed.view} onChange={(point) => set({ point })} testId="permit-point" />}
      {!look && <Switch label={t("allow.act")} text={explain ? t("allow.act.text") : undefined} checked={allowed.act} disabled={!allowed.view} onChange={(act) => set({ act })} testId="permit-act" />}
      {clipboard && !look && <Switch label={t("people.clipboard")} checked={allowed.clipboard} disabled={!allowed.view} onChange={(next) => set({ clipboard: next })} />}
    </div>
  );
}
