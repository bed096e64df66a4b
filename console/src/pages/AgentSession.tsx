// One session of an agent: waiting for Allow, live, end.

import { useState } from "react";
import { Icon } from "../components/Icon";
import { LeaveDialog } from "../components/LeaveDialog";
import { LiveScreen } from "../components/LiveScreen";
import { MessagePage } from "../components/MessagePage";
import { ProblemPage } from "../components/ProblemPage";
import { StreamProblem, streamProblem } from "../components/StreamProblem";
import type { ProblemKind } from "../core/problem";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import type { Codec } from "../gen/cobrowse/v1/stream_pb";
import { useBackend } from "../hooks/backend-context";
import { useInsist } from "../hooks/use-insist";
import { useLive } from "../hooks/use-live";
import { useLiveEnd } from "../hooks/use-live-end";
import { useSession } from "../hooks/use-session";
import { useText } from "../hooks/use-text";
import { EndPage } from "./EndPage";
import { LoadingPage } from "./LoadingPage";

interface Props {
  sessionId: string;
  account: Account;
  codecs: Codec[];
  onLeave(): void;
  onSignedOut(): void;
}

export function AgentSession({ sessionId, account, codecs, onLeave, onSignedOut }: Props) {
  const { t } = useText();
  const { sessions } = useBackend();
  const { session, problem, put } = useSession(sessionId);
  const [leaving, setLeaving] = useState(false);
  const [ending, setEnding] = useState(false);
  const insist = useInsist();
  const standing = session ? standingOf(session) : "loading";
  const wanted = standing === "in" && (session?.phase === Phase.LIVE || session?.phase === Phase.PAUSED);
  const live = useLive(sessionId, wanted, false, codecs);
  useLiveEnd(sessionId, live, put);
  const fail = (kind: ProblemKind) => (
    <ProblemPage problem={{ kind }} actions={<button type="button" className="button main" onClick={kind === "signedOut" ? onSignedOut : onLeave}>{t(kind === "signedOut" ? "agent.signin.submit" : "agent.another")}</button>} />
  );

  if (problem) return fail(problem.kind);
  if (!session) return <LoadingPage title={t("start.loading")} />;
  if (standing === "ended") return <EndPage session={session} company={session.company} endUser={false} onAgain={onLeave} />;
  const broken = streamProblem(live);
  if (standing === "denied" || broken === "denied") return fail("denied");
  if (live && broken) return <StreamProblem live={live} kind={broken} />;
  if (standing === "waiting") {
    return (
      <MessagePage
        title={t("agent.waiting.title")} icon="people"
        actions={<button type="button" className="button" onClick={onLeave}>{t("agent.waiting.cancel")}</button>}
      >
        <p>{t("agent.waiting.text", { name: account.name, company: account.company })}</p>
        <p className="waiting" data-testid="waiting" role="status"><span className="pulse" aria-hidden="true" /> {t("agent.waiting.now")}</p>
      </MessagePage>
    );
  }
  const end = async () => {
    setEnding(true);
    await insist(() => sessions.endSession({ sessionId }));
    setEnding(false);
    setLeaving(false);
  };
  const role = session.participants.find((one) => one.id === session.selfId)?.role;
  const others = session.participants.some((one) => one.role === Role.AGENT && one.id !== session.selfId && !session.waitingIds.includes(one.id));
  return (
    <>
      <LiveScreen
        live={live} session={session} endUser={false} company={session.company} covered={leaving}
        exit={<button type="button" className="button leave" data-testid="agent-leave" aria-label={t("agent.leave")} title={t("agent.leave")} onClick={() => setLeaving(true)}><Icon name="leave" /> <span className="wide-only">{t("agent.leave")}</span></button>}
      />
      {leaving && <LeaveDialog others={others} mayEnd={role !== Role.OBSERVER} busy={ending} onClose={() => setLeaving(false)} onLeave={onLeave} onEnd={() => void end()} />}
    </>
  );
}

type Standing = "waiting" | "in" | "denied" | "ended";

function standingOf(session: Session): Standing {
  if (session.phase === Phase.ENDED) return "ended";
  if (session.waitingIds.includes(session.selfId)) return "waiting";
  return session.participants.some((one) => one.id === session.selfId) ? "in" : "denied";
}
