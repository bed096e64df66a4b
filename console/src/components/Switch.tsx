// A switch with a label, and a line that says what it means.

import { useId } from "react";

interface Props {
  label: string;
  text?: string;
  checked: boolean;
  disabled?: boolean;
  testId?: string;
  onChange(checked: boolean): void;
}

export function Switch({ label, text, checked, disabled, testId, onChange }: Props) {
  const id = useId();
  return (
    <label className="switch" htmlFor={id} data-disabled={disabled || undefined}>
      <span className="switch-text">
        <span className="switch-label">{label}</span>
        {text && <span className="switch-more" id={`${id}-more`}>{text}</span>}
      </span>
      <input
        id={id} type="checkbox" role="switch" data-testid={testId} checked={checked} disabled={disabled}
        aria-describedby={text ? `${id}-more` : undefined} onChange={(event) => onChange(event.target.checked)}
      />
      <span className="switch-track" aria-hidden="true" />
    </label>
  );
}
