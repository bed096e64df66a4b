// After Stop: Continue or End. That it ends without a choice is others' to see to; here it is only told.

import { useEffect, useRef } from "react";
import { secondsLeft, withoutChoice, worthSaying } from "../core/countdown";
import { useNow } from "../hooks/use-now";
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
  /** When it ends without a choice, in the time of performance.now(). */
  endsAtMs: number | undefined;
  /** False while the way to the server is broken. */
  linked: boolean;
  onContinue(): void;
  onEnd(): void;
}

export function StopScreen({ company, live, sure, busy, endsAtMs, linked, onContinue, onEnd }: Props) {
  const { t } = useText();
  const known = live ? t("stop.text", { company }) : t("stop.text.alone");
  const unsure = t("stop.unsure");
  useNow(250, endsAtMs !== undefined);
  const seconds = endsAtMs === undefined ? undefined : secondsLeft(endsAtMs, performance.now());
  const without = withoutChoice(seconds, sure, linked);
  const left = without ? t(without, { seconds: seconds ?? 0 }) : "";
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    box.current?.focus();
    return () => before?.focus({ preventScroll: true });
  }, []);
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
        <p className="figures quiet-text" aria-hidden="true">{left || "\u00a0"}</p>
        <p className="unseen" role="status">{!seconds || worthSaying(seconds) ? left : ""}</p>
        <div className="actions">
          <button type="button" className="button" data-testid="end" disabled={busy} onClick={onEnd}>{t("stop.end")}</button>
          <button type="button" className="button main" data-testid="continue" disabled={!sure || busy} onClick={onContinue}>{t("stop.continue")}</button>
        </div>
      </div>
    </div>
  );
}
