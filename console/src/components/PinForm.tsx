// Where the agent types the PIN. An invitation that is pasted here counts too.

import { useEffect, useRef, useState } from "react";
import { invitationFromText } from "../core/invitation";
import { groupPin, normalizePin, PIN_DIGITS_MIN } from "../core/pin";
import type { Joining } from "../hooks/use-join";
import { useText } from "../hooks/use-text";
import { InlineProblem } from "./InlineProblem";
import { JoinForm } from "./JoinForm";

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
  const input = (
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
  );
  const wrong = (
    <>
      {short && <p className="inline-problem">{t("agent.pin.short")}</p>}
      {problem && <InlineProblem problem={problem} />}
    </>
  );
  return <JoinForm name="pin" title={t("agent.pin.title")} lead={t("agent.pin.lead")} label={t("agent.pin.label")} field={input} problem={wrong} busy={busy} onSubmit={submit} />;
}
