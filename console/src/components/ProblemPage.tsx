// A full page for one problem, with the way out.

import type { ReactNode } from "react";
import { clock } from "../core/countdown";
import type { Problem } from "../core/problem";
import { useCountdown } from "../hooks/use-countdown";
import { useText } from "../hooks/use-text";
import { MessagePage } from "./MessagePage";

interface Props {
  problem: Problem;
  /** What the browser lacks. */
  missing?: string;
  actions?: ReactNode;
  headActions?: ReactNode;
}

export function ProblemPage({ problem, missing, actions, headActions }: Props) {
  const { t } = useText();
  // A page that is older than its server is mended by loading it again, wherever it noticed.
  const way = problem.kind === "outdated" ? <button type="button" className="button main" onClick={() => location.reload()}>{t("problem.outdated.reload")}</button> : actions;
  return (
    <MessagePage title={t(`problem.${problem.kind}`)} icon={problem.kind === "linkLost" ? "link" : "warning"} tone="warn" actions={way} headActions={headActions}>
      <p>{t(`problem.${problem.kind}.text`)}</p>
      {missing && <p className="quiet-text">{t("problem.browserUnsupported.missing", { missing })}</p>}
      <ProblemDetails problem={problem} />
    </MessagePage>
  );
}

/** The time to wait, when the server told it. */
export function ProblemDetails({ problem }: { problem: Problem }) {
  const { t } = useText();
  const seconds = useCountdown(problem.retryAfterMs);
  return seconds !== undefined && seconds > 0 ? <p className="figures">{t("problem.wait", { time: clock(seconds) })}</p> : null;
}
