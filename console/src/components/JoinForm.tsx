// What joining by PIN and by invitation have in common: a title, a field perhaps, what is wrong with it, and the button.

import type { ReactNode } from "react";
import { useText } from "../hooks/use-text";

interface Props {
  /** Begins the test ids, and the id of the element that tells what is wrong. */
  name: "pin" | "invitation";
  title: string;
  lead: string;
  /** Of the field; without a field there is only the button. */
  label?: string;
  field?: ReactNode;
  problem: ReactNode;
  busy: boolean;
  onSubmit(): void;
}

export function JoinForm({ name, title, lead, label, field, problem, busy, onSubmit }: Props) {
  const { t } = useText();
  return (
    <form
      className="join"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <h1>{title}</h1>
      <p className="lead">{lead}</p>
      {field && (
        <label className="labelled">
          <span>{label}</span>
          {field}
        </label>
      )}
      <div id={`${name}-problem`} role="alert">{problem}</div>
      <button type="submit" className="button main large" data-testid={`${name}-submit`} autoFocus={!field} disabled={busy}>{t(busy ? "agent.pin.busy" : "agent.pin.submit")}</button>
    </form>
  );
}
