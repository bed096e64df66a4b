// The stream was closed for good while the session goes on: why, and the way back.

import type { ReactNode } from "react";
import { closedProblem, type ProblemKind } from "../core/problem";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { ProblemPage } from "./ProblemPage";

/** Undefined while the stream is open, tries again, or the session itself tells the end. */
export function streamProblem(live: LiveHandle | undefined): ProblemKind | undefined {
  const reason = live?.link.phase === "closed" ? live.link.closedReason : undefined;
  return reason === undefined ? undefined : closedProblem(reason);
}

export function StreamProblem({ live, kind, headActions }: { live: LiveHandle; kind: ProblemKind; headActions?: ReactNode }) {
  const { t } = useText();
  return (
    <ProblemPage
      problem={{ kind }} headActions={headActions}
      actions={<button type="button" className="button main" data-testid="again" onClick={() => live.controller.again()}>{t(kind === "replaced" ? "problem.replaced.again" : "common.retry")}</button>}
    />
  );
}
