// A session that had to queue gets its first PIN by asking for it, once its turn has come.

import { useEffect } from "react";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import type { KeptStart } from "../transport/kept";
import { useBackend } from "./backend-context";
import { useInsist } from "./use-insist";

const CALL_MS = 5_000;

export function useFirstPin(session: Session, start: KeptStart, onChange: (start: KeptStart) => void): void {
  const { sessions } = useBackend();
  const insist = useInsist();
  const wanted = session.phase === Phase.WAITING && start.pin === "";
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void insist(async () => {
      const { pin, pinExpiresAt } = await sessions.renewPin({ sessionId: start.sessionId }, { timeoutMs: CALL_MS });
      if (!gone) onChange({ ...start, pin, pinExpiresAtMs: pinExpiresAt ? timestampMs(pinExpiresAt) : 0, pinSpent: false });
    });
    return () => {
      gone = true;
    };
  }, [wanted, insist, sessions, start, onChange]);
}
