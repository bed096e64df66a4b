// What signing in and setting an account up have in common: a card with a title, fields, what is wrong with them, and one button.

import { useEffect, useRef, type ReactNode } from "react";
import type { Problem } from "../core/problem";
import { InlineProblem } from "./InlineProblem";

interface Props {
  title: string;
  /** Of the title: 1 on a page of its own. */
  level?: 1 | 2;
  lead?: string;
  children: ReactNode;
  problem: Problem | undefined;
  busy: boolean;
  submit: string;
  testId: string;
  onSubmit(): void;
}

export function EntryForm({ title, level = 1, lead, children, problem, busy, submit, testId, onSubmit }: Props) {
  const wrong = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem) wrong.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  const Heading = `h${level}` as const;
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Heading>{title}</Heading>
      {lead && <p className="lead">{lead}</p>}
      {children}
      {/* It stands there always: what only appears together with its words is often not said. */}
      <div ref={wrong} role="alert">{problem && <InlineProblem problem={problem} />}</div>
      <button type="submit" className="button main large" data-testid={testId} disabled={busy}>{submit}</button>
    </form>
  );
}
