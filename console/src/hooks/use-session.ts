// A session in the store: now, and after every change.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Problem } from "../core/problem";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import { useBackend } from "./backend-context";
import { SessionFollower } from "./session-follower";

export interface Followed {
  session: Session | undefined;
  problem: Problem | undefined;
  /** False while the way to the server is broken. */
  linked: boolean;
  /** Puts what a call answered, before the watch tells the same. */
  put(session: Session | undefined): void;
}

/** One session for the life of the component: give the component the id as its key. */
export function useSession(sessionId: string): Followed {
  const backend = useBackend();
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<Problem>();
  const [linked, setLinked] = useState(true);
  const ended = useRef(false);
  const put = useCallback((next: Session | undefined) => {
    // An ended session stays ended, whatever a late answer says.
    if (!next || (ended.current && next.phase !== Phase.ENDED)) return;
    ended.current = next.phase === Phase.ENDED;
    setSession(next);
  }, []);
  useEffect(() => {
    const follower = new SessionFollower(backend, sessionId, { onSession: put, onProblem: setProblem, onLinked: setLinked });
    const wake = () => document.visibilityState === "visible" && follower.anew();
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    return () => {
      follower.stop();
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
    };
  }, [backend, sessionId, put]);
  return { session, problem, linked, put };
}
