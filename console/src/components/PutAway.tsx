// The cross of a notice.

import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

export function PutAway({ onClose }: { onClose(): void }) {
  const { t } = useText();
  return <button type="button" className="button icon-only quiet" aria-label={t("common.close")} onClick={onClose}><Icon name="close" size={16} /></button>;
}
