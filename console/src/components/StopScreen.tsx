// After Stop: Continue or End; without a choice it ends.

import { useEffect, useRef } from "react";
import { worthSaying } from "../core/countdown";
import { useCountdown } from "../hooks/use-countdown";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

interface Props {
  company: string;
  /** Somebody was in already. */
  live: boolean;
  /** The server has confirmed. */
  sure: boolean;
  /** A choice was made and is under way. */
  busy: boolean;
  choiceMs: number;
  onContinue(): void;
  onEnd(): void;
}

export function StopScreen({ company, live, sure, busy, choiceMs, onContinue, onEnd }: Props) {
  const { t } = useText();
  const known = live ? t("stop.text", { company }) : t("stop.text.alone");
  const unsure = t("stop.unsure");
  const seconds = useCountdown(choiceMs) ?? 0;
  const box = useRef<HTMLDivElement>(null);
  const ended = useRef(false);
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    box.current?.focus();
    return () => before?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (seconds > 0 || ended.current) return;
    ended.current = true;
    onEnd();
  }, [seconds, onEnd]);
  return (
    <div className="veil stop-veil">
      <div ref={box} className="modal stopped" role="alertdialog" aria-labelledby="stopped" aria-describedby="stopped-text" tabIndex={-1} data-testid="stopped">
        <span className="badge"><Icon name="hidden" size={28} /></span>
        <h2 id="stopped">{t("stop.title")}</h2>
        <p id="stopped-text" className="unseen" role="status">{sure ? known : unsure}</p>
        {/* Both take up the room that the longer one needs: else End would jump away from under the pointer when the server confirms. */}
        <div className="either" aria-hidden="true">
          <p data-now={sure}>{known}</p>
          <p data-now={!sure}>{unsure}</p>
        </div>
        <p className="figures quiet-text" aria-hidden="true">{t("stop.countdown", { seconds })}</p>
        <p className="unseen" role="status">{worthSaying(seconds) ? t("stop.countdown", { seconds }) : ""}</p>
        <div className="actions">
          <button type="button" className="button" data-testid="end" disabled={busy} onClick={onEnd}>{t("stop.end")}</button>
          <button type="button" className="button main" data-testid="continue" disabled={!sure || busy} onClick={onContinue}>{t("stop.continue")}</button>
        </div>
      </div>
    </div>
  );
}
