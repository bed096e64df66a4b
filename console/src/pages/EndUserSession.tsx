// One session of the end user: PIN, who wants in, live, Stop, end.

import { AllowDialog } from "../components/AllowDialog";
import { LiveScreen } from "../components/LiveScreen";
import { ProblemPage } from "../components/ProblemPage";
import { StopButton } from "../components/StopButton";
import { StopScreen } from "../components/StopScreen";
import { StreamProblem, streamProblem } from "../components/StreamProblem";
import { Phase } from "../gen/cobrowse/v1/session_pb";
import type { Codec } from "../gen/cobrowse/v1/stream_pb";
import { useAllow } from "../hooks/use-allow";
import { useFollowSize } from "../hooks/use-follow-size";
import { useLive } from "../hooks/use-live";
import { useLiveEnd } from "../hooks/use-live-end";
import { useSession } from "../hooks/use-session";
import { useStop } from "../hooks/use-stop";
import { useText } from "../hooks/use-text";
import type { KeptStart } from "../transport/kept";
import { EndPage } from "./EndPage";
import { LoadingPage } from "./LoadingPage";
import { PinPage } from "./PinPage";
import { QueuePage } from "./QueuePage";

interface Props {
  start: KeptStart;
  codecs: Codec[];
  onChange(start: KeptStart): void;
  onLeave(): void;
}

export function EndUserSession({ start, codecs, onChange, onLeave }: Props) {
  const { t } = useText();
  const { session, problem, linked, put } = useSession(start.sessionId);
  const phase = session?.phase ?? Phase.UNSPECIFIED;
  const wanted = phase === Phase.LIVE || phase === Phase.PAUSED;
  const live = useLive(start.sessionId, wanted, true, codecs);
  const stop = useStop(start.sessionId, phase, live, put);
  const allow = useAllow(session, put);
  useLiveEnd(start.sessionId, live, put);
  const follow = useFollowSize(live);

  if (problem) return <ProblemPage problem={problem} actions={<button type="button" className="button main" onClick={onLeave}>{t("end.again")}</button>} />;
  if (!session) return <LoadingPage title={t("start.loading")} />;
  const company = session.company || start.company;
  if (phase === Phase.ENDED) return <EndPage session={session} company={company} endUser onAgain={onLeave} />;
  const broken = streamProblem(live);
  const before = phase === Phase.QUEUED || phase === Phase.WAITING || phase === Phase.KNOCKING;
  const covered = stop.stopped || allow.person !== undefined;
  const button = <StopButton onStop={stop.stop} />;
  const page = () => {
    if (live && broken) return <StreamProblem live={live} kind={broken} headActions={button} />;
    if (before && start.pin === "") return <QueuePage session={session} start={start} exit={button} covered={covered} linked={linked} onChange={onChange} />;
    if (before) return <PinPage session={session} start={start} exit={button} covered={covered} linked={linked} onChange={onChange} />;
    return <LiveScreen live={live} session={session} endUser company={company} exit={button} covered={covered} onSize={follow} />;
  };
  return (
    <>
      {page()}
      {allow.person && !stop.stopped && (
        <AllowDialog key={allow.person.id} person={allow.person} busy={allow.busy} failed={allow.failed} onAllow={allow.allow} onDeny={allow.deny} />
      )}
      {stop.stopped && <StopScreen company={company} live={!before} sure={stop.sure} busy={stop.busy} endsAtMs={stop.endsAtMs} linked={linked} onContinue={stop.resume} onEnd={stop.end} />}
    </>
  );
}
