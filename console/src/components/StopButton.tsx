// Stop: on screen always, above everything.

import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

export function StopButton({ onStop }: { onStop(): void }) {
  const { t } = useText();
  return (
    // On press, not on release: Stop must not wait for the finger to lift.
    <button type="button" className="button stop" data-testid="stop" aria-label={t("stop.label")} title={t("stop.label")} onPointerDown={(event) => event.button === 0 && onStop()} onClick={onStop}>
      <Icon name="stop" /> <span>{t("stop.button")}</span>
    </button>
  );
}
