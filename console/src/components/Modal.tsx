// A dialog over a part of the page. Stop lies above it and stays reachable, so it traps nothing: what is below is inert by
// the owner's `inert` attribute.

import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTitle } from "../hooks/use-title";

interface Props {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
  actions: ReactNode;
  /** Escape and a press beside the dialog. Without it the person must choose. */
  onClose?(): void;
  testId?: string;
  titleTestId?: string;
}

export function Modal({ title, lead, children, actions, onClose, testId, titleTestId }: Props) {
  const id = useId();
  useTitle(title);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    const first = box.current?.querySelector<HTMLElement>("[data-autofocus]") ?? box.current;
    first?.focus({ preventScroll: first === box.current });
    return () => before?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="veil" onPointerDown={(event) => event.target === event.currentTarget && onClose?.()}>
      <div
        ref={box} className="modal" role="dialog" aria-modal="false" aria-labelledby={id} tabIndex={-1} data-testid={testId}
        onKeyDown={(event) => {
          if (event.key === "Escape" && onClose) {
            event.stopPropagation();
            onClose();
          }
        }}
      >
        {lead}
        <h2 id={id} data-testid={titleTestId}>{title}</h2>
        {children}
        <div className="actions">{actions}</div>
      </div>
    </div>
  );
}
