// Knocking at a session: with a PIN or with an invitation.

import { useCallback, useState } from "react";
import { invitationProblemOf, joinProblemOf, type Failure, type Problem } from "../core/problem";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import { failureOf } from "../transport/failure";
import { useBackend } from "./backend-context";

export interface Joining {
  busy: boolean;
  problem: Problem | undefined;
  clear(): void;
  withPin(pin: string): void;
  withInvitation(invitation: string): void;
}

export function useJoin(onJoined: (sessionId: string) => void, onSignedOut: () => void): Joining {
  const { sessions } = useBackend();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const knock = useCallback(async (call: () => Promise<{ session?: Session }>, problemOf: (failure: Failure) => Problem) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { session } = await call();
      if (session) onJoined(session.id);
    } catch (error) {
      const found = problemOf(failureOf(error));
      if (found.kind === "signedOut") onSignedOut();
      else setProblem(found);
    } finally {
      setBusy(false);
    }
  }, [onJoined, onSignedOut]);
  return {
    busy, problem, clear: () => setProblem(undefined),
    withPin: (pin) => void knock(() => sessions.joinSession({ pin }), joinProblemOf),
    withInvitation: (invitation) => void knock(() => sessions.acceptInvitation({ invitation }), invitationProblemOf),
  };
}
