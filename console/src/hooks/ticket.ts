// One ticket for one stream, or why there is none.

import { failureOf, isPassing } from "../transport/failure";
import type { Backend } from "../transport/backend";

export type TicketAnswer = { ticket: string } | { retry: boolean; reason: string };

export async function backendTicket(backend: Backend, sessionId: string): Promise<TicketAnswer> {
  try {
    const { ticket } = await backend.sessions.createTicket({ sessionId }, { timeoutMs: 8_000 });
    return { ticket };
  } catch (error) {
    const { reason, code } = failureOf(error);
    return { retry: isPassing(error), reason: reason || code };
  }
}
