// One labelled field of a form, with the hint that belongs to it.

import { useId, type ComponentProps } from "react";

interface Props extends Omit<ComponentProps<"input">, "className" | "id" | "value" | "onChange"> {
  label: string;
  hint?: string;
  value: string;
  onText(value: string): void;
}

export function TextField({ label, hint, onText, ...input }: Props) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input {...input} id={id} className="field" aria-describedby={hint && `${id}-hint`} onChange={(event) => onText(event.target.value)} />
      {hint && <p id={`${id}-hint`} className="quiet-text">{hint}</p>}
    </div>
  );
}
