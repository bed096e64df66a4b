// Who waits for Allow, and the end user's answer.

import { useCallback, useState } from "react";
import type { Allowed } from "../core/permissions";
import type { Participant } from "../gen/cobrowse/v1/participant_pb";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import { useBackend } from "./backend-context";

export interface Allowing {
  person: Participant | undefined;
  busy: boolean;
  /** The last answer did not get through. */
  failed: boolean;
  allow(allowed: Allowed): void;
  deny(): void;
}

export function useAllow(session: Session | undefined, put: (session: Session | undefined) => void): Allowing {
  const { sessions } = useBackend();
  const [busy, setBusy] = useState(false);
  const [failedFor, setFailedFor] = useState("");
  const person = session?.participants.find((one) => session.waitingIds.includes(one.id));
  const sessionId = session?.id ?? "";
  const participantId = person?.id ?? "";
  const answer = useCallback(async (call: () => Promise<{ session?: Session }>) => {
    setBusy(true);
    setFailedFor("");
    try {
      put((await call()).session);
    } catch {
      // The person may have left meanwhile: then the watch takes the dialog away.
      setFailedFor(participantId);
    } finally {
      setBusy(false);
    }
  }, [put, participantId]);
  return {
    person,
    busy,
    failed: participantId !== "" && failedFor === participantId,
    allow: (permissions) => void answer(() => sessions.allowParticipant({ sessionId, participantId, permissions })),
    deny: () => void answer(() => sessions.denyParticipant({ sessionId, participantId })),
  };
}
