// A full page for one problem, with the way out.

import type { ReactNode } from "react";
import { clock } from "../core/countdown";
import type { Problem } from "../core/problem";
import { useCountdown } from "../hooks/use-countdown";
import { useText } from "../hooks/use-text";
import { MessagePage } from "./MessagePage";

interface Props {
  problem: Problem;
  missing?: string;
  actions?: ReactNode;
  headActions?: ReactNode;
}

export function ProblemPage({ problem, missing = "", actions, headActions }: Props) {
  const { t } = useText();
  return (
    <MessagePage title={t(`problem.${problem.kind}`)} icon={problem.kind === "linkLost" ? "link" : "warning"} tone="warn" actions={actions} headActions={headActions}>
      <p>{t(`problem.${problem.kind}.text`, { missing })}</p>
      <ProblemDetails problem={problem} />
    </MessagePage>
  );
}

/** Tries left and time to wait, when the server told them. */
export function ProblemDetails({ problem }: { problem: Problem }) {
  const { t } = useText();
  const seconds = useCountdown(problem.retryAfterMs);
  return (
    <>
      {problem.triesLeft !== undefined && <p>{t("problem.tries", { tries: problem.triesLeft })}</p>}
      {seconds !== undefined && seconds > 0 && <p className="figures">{t("problem.wait", { time: clock(seconds) })}</p>}
    </>
  );
}
