// The stream may tell the end before the watch does; then the session is read once more, for where to go.

import { useEffect } from "react";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import { useBackend } from "./backend-context";
import type { LiveHandle } from "./use-live";

export function useLiveEnd(sessionId: string | undefined, live: LiveHandle | undefined, put: (session: Session | undefined) => void): void {
  const { sessions } = useBackend();
  const over = live?.live.endReason !== undefined || live?.link.closedReason !== undefined;
  useEffect(() => {
    if (!over || !sessionId) return;
    sessions.getSession({ sessionId }).then((answer) => put(answer.session), () => undefined);
  }, [over, sessionId, sessions, put]);
}
