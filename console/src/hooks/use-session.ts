// Follows a session in the store: now, and after every change, over failures of the link.

import { useCallback, useEffect, useRef, useState } from "react";
import { backoffMs } from "../core/backoff";
import { problemOf, type Problem } from "../core/problem";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import { failureOf, isPassing } from "../transport/failure";
import { useBackend } from "./backend-context";

/** Without news for this long the watch is begun anew; it costs one small call. */
const SILENCE_MS = 45_000;

export interface Followed {
  session: Session | undefined;
  problem: Problem | undefined;
  /** False while the way to the server is broken. */
  linked: boolean;
  /** Puts what a call answered, before the watch tells the same. */
  put(session: Session | undefined): void;
}

export function useSession(sessionId: string | undefined, first?: Session): Followed {
  const backend = useBackend();
  const [session, setSession] = useState<Session | undefined>(first);
  const [problem, setProblem] = useState<Problem>();
  const [linked, setLinked] = useState(true);
  const latest = useRef(session);
  const put = useCallback((next: Session | undefined) => {
    // An ended session stays ended, whatever a late answer says.
    if (!next || (latest.current?.id === next.id && latest.current.phase === Phase.ENDED && next.phase !== Phase.ENDED)) return;
    latest.current = next;
    setSession(next);
  }, []);

  useEffect(() => {
    setProblem(undefined);
    if (latest.current?.id !== sessionId) {
      latest.current = undefined;
      setSession(undefined);
    }
    if (!sessionId) return;
    let over = false;
    let call = new AbortController();
    let heardAt = Date.now();
    let wake: (() => void) | undefined;
    const nap = (ms: number) => new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => { clearTimeout(timer); resolve(); };
    });
    // A stream can die without a word, above all on phones: begin it anew when the tab or the network is back, or after silence.
    const anew = () => {
      if (document.visibilityState !== "visible") return;
      heardAt = Date.now();
      call.abort();
      wake?.();
    };
    const watchdog = setInterval(() => Date.now() - heardAt > SILENCE_MS && anew(), SILENCE_MS / 4);
    const follow = async () => {
      for (let attempt = 0; !over; attempt++) {
        call = new AbortController();
        try {
          for await (const answer of backend.sessions.watchSession({ sessionId }, { signal: call.signal })) {
            attempt = 0;
            heardAt = Date.now();
            setLinked(true);
            put(answer.session);
          }
          if (latest.current?.phase === Phase.ENDED) return;
        } catch (error) {
          if (over) return;
          if (call.signal.aborted) continue;
          if (!isPassing(error)) return setProblem(problemOf(failureOf(error)));
        }
        if (over) return;
        if (attempt > 0) setLinked(false);
        await nap(backoffMs(attempt, Math.random));
      }
    };
    void follow();
    document.addEventListener("visibilitychange", anew);
    window.addEventListener("online", anew);
    return () => {
      over = true;
      clearInterval(watchdog);
      call.abort();
      wake?.();
      document.removeEventListener("visibilitychange", anew);
      window.removeEventListener("online", anew);
    };
  }, [backend, sessionId, put]);

  return { session, problem, linked, put };
}
