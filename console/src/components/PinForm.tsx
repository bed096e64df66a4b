// Where the agent types the PIN. An invitation that is pasted here counts too.

import { useEffect, useRef, useState } from "react";
import { invitationFromText } from "../core/invitation";
import { groupPin, normalizePin, PIN_DIGITS_MIN } from "../core/pin";
import type { Joining } from "../hooks/use-join";
import { useText } from "../hooks/use-text";

export function PinForm({ join }: { join: Joining }) {
  const { t } = useText();
  const [pin, setPin] = useState("");
  const [short, setShort] = useState(false);
  const { busy, problem } = join;
  const submit = () => {
    setShort(pin.length < PIN_DIGITS_MIN);
    if (pin.length < PIN_DIGITS_MIN) return;
    join.withPin(pin);
  };
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!problem) return;
    setPin("");
    field.current?.focus();
  }, [problem]);
  return (
    <form
      className="join"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h1>{t("agent.pin.title")}</h1>
      <p className="lead">{t("agent.pin.lead")}</p>
      <label className="labelled">
        <span>{t("agent.pin.label")}</span>
        <input
          ref={field} className="field pin-field" data-testid="pin-input" inputMode="numeric" autoComplete="off" autoFocus aria-invalid={short || problem !== undefined} aria-describedby="pin-problem"
          value={groupPin(pin).join(" ")}
          onPaste={(event) => {
            const invitation = invitationFromText(event.clipboardData.getData("text/plain"));
            if (!invitation) return;
            event.preventDefault();
            join.withInvitation(invitation);
          }}
          onChange={(event) => {
            setShort(false);
            setPin(normalizePin(event.target.value));
          }}
        />
      </label>
      <div id="pin-problem" role="alert">
        {short && <p className="inline-problem">{t("agent.pin.short")}</p>}
        {problem && <div className="inline-problem"><strong data-testid="message-title">{t(`problem.${problem.kind}`)}</strong><p>{t(`problem.${problem.kind}.text`)}</p></div>}
      </div>
      <button type="submit" className="button main large" data-testid="pin-submit" disabled={busy}>{t(busy ? "agent.pin.busy" : "agent.pin.submit")}</button>
    </form>
  );
}
