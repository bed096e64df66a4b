// Stop, Continue, End. Stop is told two ways at once: over the live stream and as a call. Until one of them is answered the
// other side may not know, and the person is told so.

import { useCallback, useEffect, useRef, useState } from "react";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import { useBackend } from "./backend-context";
import { useInsist } from "./use-insist";
import type { LiveHandle } from "./use-live";

/** How long a person may think before anybody is in. From then on the pod counts, and it alone ends. */
const ALONE_MS = 30_000;
const CALL_MS = 5_000;

export interface Stopping {
  stopped: boolean;
  sure: boolean;
  /** Continue or End was pressed and is under way. */
  busy: boolean;
  /** When it ends without a choice, in the time of performance.now(); undefined until that is known. */
  endsAtMs: number | undefined;
  stop(): void;
  resume(): void;
  end(): void;
}

export function useStop(sessionId: string, phase: Phase, live: LiveHandle | undefined, put: (session: Session | undefined) => void): Stopping {
  const { sessions } = useBackend();
  const insist = useInsist();
  const presses = useRef(0);
  const [pressed, setPressed] = useState(false);
  const [aloneUntilMs, setAloneUntilMs] = useState(0);
  const [sure, setSure] = useState(false);
  const [resumed, setResumed] = useState(false);
  const [resuming, setResuming] = useState(false);
  const [ending, setEnding] = useState(false);
  const paused = phase === Phase.PAUSED;
  const inside = phase === Phase.STARTING || phase === Phase.LIVE || paused;
  const controller = live?.controller;
  const open = live?.link.phase === "open";

  // After Continue the watch still says "paused" for a moment; after a reload it is the only one who knows.
  useEffect(() => {
    if (!paused) setResumed(false);
  }, [paused]);

  // Again when the session goes live under a Stop, or the stream comes back: what is already stopped stays so.
  useEffect(() => {
    if (!pressed || !inside || paused || resuming || ending) return;
    const press = presses.current;
    const told = (ok: boolean | undefined) => ok && press === presses.current && setSure(true);
    if (open) void controller?.command({ case: "pause", value: {} }).then((result) => told(result?.ok));
    void insist(() => sessions.pauseSession({ sessionId }, { timeoutMs: CALL_MS })).then(told);
  }, [pressed, inside, paused, resuming, ending, phase, open, controller, insist, sessions, sessionId]);

  const stop = useCallback(() => {
    if (pressed) return;
    presses.current++;
    setPressed(true);
    setAloneUntilMs(performance.now() + ALONE_MS);
    setResumed(false);
    setSure(!inside);
  }, [pressed, inside]);

  const resume = useCallback(async () => {
    setResuming(true);
    const ok = !inside || (await insist(() => sessions.resumeSession({ sessionId }, { timeoutMs: CALL_MS })));
    setResuming(false);
    if (!ok) return;
    setResumed(true);
    setPressed(false);
  }, [inside, insist, sessions, sessionId]);

  const end = useCallback(async () => {
    setEnding(true);
    await insist(() => sessions.endSession({ sessionId }, { timeoutMs: CALL_MS }));
    const answer = await sessions.getSession({ sessionId }, { timeoutMs: CALL_MS }).catch(() => undefined);
    put(answer?.session);
    setEnding(false);
  }, [insist, sessions, sessionId, put]);

  // Nobody else heard of a Stop before there was anything to stop.
  const alone = pressed && !inside && phase !== Phase.ENDED;
  useEffect(() => {
    if (!alone) return;
    const timer = setTimeout(() => void end(), Math.max(0, aloneUntilMs - performance.now()));
    return () => clearTimeout(timer);
  }, [alone, aloneUntilMs, end]);

  const { warning } = live?.live ?? {};
  const told = warning?.code === "StopUnanswered" ? warning.untilMs : undefined;
  return {
    stopped: pressed || (paused && !resumed), sure: sure || paused, busy: ending || resuming, endsAtMs: alone ? aloneUntilMs : told, stop,
    resume: () => void resume(), end: useCallback(() => void end(), [end]),
  };
}
