// Zoom and, on touch devices, the keyboard and paste: floating over the corner of the stage.

import { isTouch } from "../render/touch";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

interface Props {
  zoomed: boolean;
  canZoom: boolean;
  keyboard: boolean;
  /** Factor; 0 for the whole page. */
  onZoom(factor: number): void;
  onKeyboard(): void;
  onPaste(): void;
}

export function StageButtons({ zoomed, canZoom, keyboard, onZoom, onKeyboard, onPaste }: Props) {
  const { t } = useText();
  const touch = isTouch();
  const mayRead = typeof navigator.clipboard?.readText === "function";
  return (
    <div className="stage-buttons">
      {touch && keyboard && (
        <button type="button" className="button round" aria-label={t("live.keyboard.open")} title={t("live.keyboard.open")} onClick={onKeyboard}><Icon name="keyboard" /></button>
      )}
      {touch && keyboard && mayRead && (
        <button type="button" className="button round" data-testid="paste" aria-label={t("live.paste")} title={t("live.paste")} onClick={onPaste}><Icon name="paste" /></button>
      )}
      {zoomed && <button type="button" className="button round" aria-label={t("live.zoom.fit")} title={t("live.zoom.fit")} onClick={() => onZoom(0)}><Icon name="fit" /></button>}
      {canZoom && <button type="button" className="button round" aria-label={t("live.zoom.in")} title={t("live.zoom.in")} onClick={() => onZoom(1.5)}><Icon name="zoom" /></button>}
    </div>
  );
}
