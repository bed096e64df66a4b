// The life of one viewer's live stream: ticket, socket, attach, silence, retry. Pure: `step` is fed inputs and the time,
// and answers with effects that the shell carries out.

import { backoffMs } from "./backoff";

export type LinkPhase = "idle" | "ticket" | "opening" | "attaching" | "open" | "waiting" | "closed";

export interface Link {
  phase: LinkPhase;
  /** Failures since the last good stream. */
  attempt: number;
  retryAt: number;
  lastMessageAt: number;
  keepaliveMs: number;
  /** The picture must not be shown: no message for too long, or no stream at all. */
  stale: boolean;
  sentAliveAt: number;
  phaseSince: number;
  /** Why it is closed for good, a stable word of the server, or "GaveUp". */
  closedReason?: string;
}

export type LinkInput =
  | { type: "start" }
  | { type: "ticket" }
  | { type: "ticketFailed"; retry: boolean; reason: string }
  | { type: "opened" }
  | { type: "attached"; keepaliveMs: number }
  | { type: "message" }
  | { type: "lost" }
  | { type: "closedByServer"; reason: string; retry: boolean }
  | { type: "tick" }
  | { type: "wake" }
  | { type: "stop" };

export type LinkEffect = "fetchTicket" | "openSocket" | "attach" | "closeSocket" | "sendKeepalive" | "blank";

export interface LinkOptions {
  /** The end user keeps looking at the own picture while keepalives are late; everybody else does not. */
  endUser: boolean;
  random: () => number;
}

export const KEEPALIVE_DEFAULT_MS = 250;
/** A viewer blanks after this many keepalives without any message. */
export const SILENT_KEEPALIVES = 4;
/** A stream that stays silent this long is dead, even if the socket has not noticed. */
const SILENCE_MAX_MS = 3_000;
/** Ticket, socket and attach must each be done within this. */
const STEP_MAX_MS = 10_000;

export function newLink(): Link {
  return {
    phase: "idle", attempt: 0, retryAt: 0, lastMessageAt: 0, keepaliveMs: KEEPALIVE_DEFAULT_MS, stale: true, sentAliveAt: 0, phaseSince: 0,
  };
}

export function step(link: Link, input: LinkInput, now: number, options: LinkOptions): [Link, LinkEffect[]] {
  if (link.phase === "closed" && input.type !== "start") return [link, []];
  switch (input.type) {
    case "start":
      return [{ ...newLink(), phase: "ticket", phaseSince: now }, link.phase === "idle" || link.phase === "closed" ? ["fetchTicket"] : ["closeSocket", "fetchTicket"]];
    case "ticket":
      return link.phase === "ticket" ? [{ ...link, phase: "opening", phaseSince: now }, ["openSocket"]] : [link, []];
    case "ticketFailed":
      // The answer to a question of before a new start or a retry says nothing about the stream of now.
      if (link.phase !== "ticket") return [link, []];
      return input.retry ? retry(link, now, options) : close(link, input.reason);
    case "opened":
      return link.phase === "opening" ? [{ ...link, phase: "attaching", phaseSince: now, lastMessageAt: now }, ["attach"]] : [link, []];
    case "attached":
      if (link.phase !== "attaching") return [link, []];
      return [{ ...link, phase: "open", phaseSince: now, attempt: 0, stale: false, lastMessageAt: now, keepaliveMs: input.keepaliveMs || KEEPALIVE_DEFAULT_MS }, []];
    case "message":
      return [{ ...link, lastMessageAt: now, stale: link.phase === "open" ? false : link.stale }, []];
    case "lost":
      return link.phase === "waiting" || link.phase === "ticket" ? [link, []] : retry(link, now, options);
    case "closedByServer":
      return input.retry ? retry(link, now, options) : close(link, input.reason);
    case "tick":
      return tick(link, now, options);
    case "wake":
      // The tab or the network is back: do not sit out a long wait, and find out quickly whether the stream still lives.
      return link.phase === "waiting" ? [{ ...link, phase: "ticket", phaseSince: now }, ["fetchTicket"]] : tick(link, now, options);
    case "stop":
      return [{ ...link, phase: "closed", stale: true, closedReason: "Left" }, ["closeSocket", "blank"]];
  }
}

function tick(link: Link, now: number, options: LinkOptions): [Link, LinkEffect[]] {
  if (link.phase === "waiting") {
    return now >= link.retryAt ? [{ ...link, phase: "ticket", phaseSince: now }, ["fetchTicket"]] : [link, []];
  }
  if (link.phase !== "open") {
    const stuck = link.phase !== "idle" && now - link.phaseSince > STEP_MAX_MS;
    return stuck ? retry(link, now, options) : [link, []];
  }
  const silence = now - link.lastMessageAt;
  if (silence > SILENCE_MAX_MS) return retry(link, now, options);
  const effects: LinkEffect[] = [];
  let next = link;
  if (now - link.sentAliveAt >= link.keepaliveMs) {
    next = { ...next, sentAliveAt: now };
    effects.push("sendKeepalive");
  }
  if (!link.stale && !options.endUser && silence >= link.keepaliveMs * SILENT_KEEPALIVES) {
    next = { ...next, stale: true };
    effects.push("blank");
  }
  return [next, effects];
}

function retry(link: Link, now: number, options: LinkOptions): [Link, LinkEffect[]] {
  const retryAt = now + backoffMs(link.attempt, options.random);
  return [{ ...link, phase: "waiting", phaseSince: now, attempt: link.attempt + 1, retryAt, stale: true }, ["closeSocket", "blank"]];
}

function close(link: Link, reason: string): [Link, LinkEffect[]] {
  return [{ ...link, phase: "closed", stale: true, closedReason: reason }, ["closeSocket", "blank"]];
}
