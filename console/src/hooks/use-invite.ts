// Makes a one-use invitation for one more person. It outlives the dialog, so that a knock in between does not lose it.

import { useCallback, useState } from "react";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { invitationLink } from "../core/invitation";
import { problemOf, type Problem } from "../core/problem";
import type { Role } from "../gen/cobrowse/v1/participant_pb";
import { failureOf } from "../transport/failure";
import { useBackend } from "./backend-context";

export interface Inviting {
  made: { link: string; expiresAtMs: number } | undefined;
  busy: boolean;
  problem: Problem | undefined;
  make(role: Role): void;
  forget(): void;
}

export function useInvite(sessionId: string): Inviting {
  const { sessions } = useBackend();
  const [made, setMade] = useState<Inviting["made"]>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const make = useCallback(async (role: Role) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { invitation, expiresAt } = await sessions.createInvitation({ sessionId, role });
      setMade({ link: invitationLink(location.origin, invitation), expiresAtMs: expiresAt ? timestampMs(expiresAt) : 0 });
    } catch (error) {
      setProblem(problemOf(failureOf(error)));
    } finally {
      setBusy(false);
    }
  }, [sessions, sessionId]);
  const forget = useCallback(() => {
    setMade(undefined);
    setProblem(undefined);
  }, []);
  return { made, busy, problem, make: (role) => void make(role), forget };
}
