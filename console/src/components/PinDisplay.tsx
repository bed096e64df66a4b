// The end user's PIN: large, in groups, with the time it is good for.

import { clock, secondsLeft, worthSaying } from "../core/countdown";
import { groupPin, spokenPin } from "../core/pin";
import { useCopy } from "../hooks/use-copy";
import { useNow } from "../hooks/use-now";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

interface Props {
  pin: string;
  expiresAtMs: number;
  /** It was used, and nobody was let in. */
  spent: boolean;
  renewing: boolean;
  onRenew(): void;
}

export function PinDisplay({ pin, expiresAtMs, spent, renewing, onRenew }: Props) {
  const { t } = useText();
  const { copied, copy } = useCopy(pin);
  const left = secondsLeft(expiresAtMs, useNow());
  const expired = left <= 0 || spent;
  const over = t(spent ? "pin.used" : "pin.expired");
  return (
    <section className="pin" data-expired={expired || undefined}>
      <p className="pin-digits" data-testid="pin" role="img" aria-label={t("pin.spoken", { pin: spokenPin(pin) })}>
        {groupPin(pin).map((group, index) => <span key={`${index}-${group}`}>{group}</span>)}
      </p>
      <div className="row center">
        {expired
          ? <p className="pin-time">{over}</p>
          : <p className="pin-time figures" aria-hidden="true">{t("pin.expires", { time: clock(left) })}</p>}
        {!expired && (
          <button type="button" className="button quiet" onClick={copy}>
            <Icon name={copied ? "check" : "copy"} /> {copied ? t("pin.copied") : t("pin.copy")}
          </button>
        )}
        {expired && <button type="button" className="button" disabled={renewing} onClick={onRenew}>{t("pin.renew")}</button>}
      </div>
      <p className="unseen" role="status">{copied ? t("pin.copied") : ""}{!expired && worthSaying(left) ? t("pin.expires.said", { seconds: left }) : ""}{expired ? over : ""}</p>
    </section>
  );
}
