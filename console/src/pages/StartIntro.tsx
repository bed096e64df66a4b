// Before the PIN: which website, what will happen, and the one button.

import { useEffect, useState } from "react";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Icon, type IconName } from "../components/Icon";
import { ProblemDetails, ProblemPage } from "../components/ProblemPage";
import { Shell } from "../components/Shell";
import { problemOf, type Problem } from "../core/problem";
import { hostOf } from "../core/route";
import type { ResolveSiteResponse } from "../gen/cobrowse/v1/session_pb";
import type { MessageKey } from "../core/catalogue";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";
import { windowViewport } from "../hooks/window-viewport";
import { failureOf } from "../transport/failure";
import type { KeptStart } from "../transport/kept";
import { LoadingPage } from "./LoadingPage";
import { StartChoice } from "./StartChoice";

interface Props {
  site: string | undefined;
  /** Pictures come without H.264. */
  simple: boolean;
  onSite(url: string | undefined): void;
  onStarted(start: KeptStart): void;
}

const POINTS: ReadonlyArray<[IconName, MessageKey, MessageKey]> = [
  ["cloud", "start.point.cloud.title", "start.point.cloud"],
  ["key", "start.point.signin.title", "start.point.signin"],
  ["hidden", "start.point.hidden.title", "start.point.hidden"],
  ["stop", "start.point.stop.title", "start.point.stop"],
];

export function StartIntro({ site, simple, onSite, onStarted }: Props) {
  const { t, language } = useText();
  const { sessions } = useBackend();
  const [resolved, setResolved] = useState<ResolveSiteResponse>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    setResolved(undefined);
    setProblem(undefined);
    sessions.resolveSite({ url: site ?? "" }, { signal: abort.signal }).then(setResolved, (error: unknown) => {
      if (!abort.signal.aborted) setProblem(problemOf(failureOf(error)));
    });
    return () => abort.abort();
  }, [sessions, site]);

  const start = async () => {
    if (!site || !resolved) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const { session, token, pin } = await sessions.startSession({
        startUrl: site, viewport: windowViewport(), locale: navigator.language || language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      if (!session) throw new Error("no session in the answer");
      const pinExpiresAtMs = session.pinExpiresAt ? timestampMs(session.pinExpiresAt) : 0;
      onStarted({ sessionId: session.id, token, pin, pinExpiresAtMs, pinSpent: false, company: session.company || resolved.company, origin: resolved.origin });
    } catch (error) {
      setProblem(problemOf(failureOf(error)));
      setBusy(false);
    }
  };

  if (problem && !resolved) {
    return <ProblemPage problem={problem} actions={<button type="button" className="button main" onClick={() => onSite(undefined)}>{t("common.retry")}</button>} />;
  }
  if (!resolved) return <LoadingPage title={t("start.loading")} />;
  if (!site) return <StartChoice pages={resolved.startPages} onChoose={onSite} />;
  const title = t("start.title", { company: resolved.company });
  return (
    <Shell title={title}>
      <div className="intro">
        <div className="intro-words">
          <p className="site-chip"><Icon name="lock" size={16} /> <span className="unseen">{t("start.site")}</span> {hostOf(resolved.origin || site)}</p>
          <h1>{title}</h1>
          <p className="lead">{t("start.lead", { company: resolved.company })}</p>
          <button type="button" className="button main large" data-testid="start-button" disabled={busy} onClick={() => void start()}>{t(busy ? "start.busy" : "start.button")}</button>
          {simple && <p className="quiet-text">{t("start.jpeg")}</p>}
          {problem && <div className="inline-problem" role="alert"><strong>{t(`problem.${problem.kind}`)}</strong> <p>{t(`problem.${problem.kind}.text`)}</p><ProblemDetails problem={problem} /></div>}
        </div>
        <ul className="points">
          {POINTS.map(([icon, head, text]) => (
            <li key={head}>
              <span className="badge"><Icon name={icon} size={24} /></span>
              <div><h2>{t(head)}</h2><p>{t(text, { company: resolved.company })}</p></div>
            </li>
          ))}
        </ul>
      </div>
    </Shell>
  );
}
