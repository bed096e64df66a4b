// What is wrong with what was entered, in the form itself.

import type { Problem } from "../core/problem";
import { useText } from "../hooks/use-text";
import { ProblemDetails } from "./ProblemPage";

export function InlineProblem({ problem }: { problem: Problem }) {
  const { t } = useText();
  return (
    <div className="inline-problem">
      <strong data-testid="message-title">{t(`problem.${problem.kind}`)}</strong>
      <p>{t(`problem.${problem.kind}.text`)}</p>
      <ProblemDetails problem={problem} />
    </div>
  );
}
