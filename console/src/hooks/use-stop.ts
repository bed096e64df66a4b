// Stop, Continue, End. Stop is told two ways at once: over the live stream and as a call. Until one of them is answered the
// other side may not know, and the person is told so.

import { useCallback, useEffect, useRef, useState } from "react";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import { backoffMs } from "../core/backoff";
import { isPassing } from "../transport/failure";
import { useBackend } from "./backend-context";
import type { LiveHandle } from "./use-live";

/** How long a person may think. The pod counts the same and is the judge. */
const CHOICE_MS = 30_000;
const TRIES_MAX = 20;

export interface Stopping {
  stopped: boolean;
  sure: boolean;
  /** End was pressed and is under way. */
  ending: boolean;
  choiceMs: number;
  stop(): void;
  resume(): void;
  end(): void;
}

export function useStop(sessionId: string, phase: Phase, live: LiveHandle | undefined, put: (session: Session | undefined) => void): Stopping {
  const { sessions } = useBackend();
  const [pressed, setPressed] = useState(false);
  const [sure, setSure] = useState(false);
  const [resumed, setResumed] = useState(false);
  const [ending, setEnding] = useState(false);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  // After Continue the watch still says "paused" for a moment; after a reload it is the only one who knows.
  const paused = phase === Phase.PAUSED;
  useEffect(() => {
    if (!paused) setResumed(false);
  }, [paused]);

  const insist = useCallback(async (call: () => Promise<unknown>): Promise<boolean> => {
    for (let attempt = 0; attempt < TRIES_MAX && here.current; attempt++) {
      try {
        await call();
        return true;
      } catch (error) {
        if (!isPassing(error)) return false;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random)));
      }
    }
    return false;
  }, []);

  const inside = phase === Phase.LIVE || phase === Phase.PAUSED;
  const stop = useCallback(() => {
    if (pressed) return;
    setPressed(true);
    setResumed(false);
    setSure(!inside);
    if (!inside) return;
    void live?.controller.command({ case: "pause", value: {} }).then((result) => result?.ok && setSure(true));
    void insist(() => sessions.pauseSession({ sessionId }, { timeoutMs: 5_000 })).then((ok) => ok && setSure(true));
  }, [pressed, inside, live?.controller, insist, sessions, sessionId]);

  const resume = useCallback(() => {
    void insist(async () => {
      if (inside) await sessions.resumeSession({ sessionId }, { timeoutMs: 5_000 });
    }).then((ok) => {
      if (!ok) return;
      setResumed(true);
      setPressed(false);
    });
  }, [inside, insist, sessions, sessionId]);

  const end = useCallback(() => {
    setEnding(true);
    void insist(() => sessions.endSession({ sessionId }, { timeoutMs: 5_000 })).then(async () => {
      const answer = await sessions.getSession({ sessionId }).catch(() => undefined);
      put(answer?.session);
      setEnding(false);
    });
  }, [insist, sessions, sessionId, put]);

  return { stopped: pressed || (paused && !resumed), sure: sure || (paused && !pressed), ending, choiceMs: CHOICE_MS, stop, resume, end };
}
