// Every way a call or a session can fail, as people are told. Maps the server's stable words to the catalogue.

import { EndReason } from "../gen/cobrowse/v1/participant_pb";

export type ProblemKind =
  | "pinWrong" | "pinExpired" | "pinUsed" | "pinLocked" | "denied" | "siteNotAllowed" | "notFound" | "signedOut" | "signInFailed" | "signInLocked"
  | "noCapacity" | "tooMany" | "browserUnsupported" | "linkLost" | "replaced" | "notAllowed" | "unavailable" | "tenantSuspended" | "invalid" | "unknown";

export interface Problem {
  kind: ProblemKind;
  /** How long to wait, when the server said so. */
  retryAfterMs?: number;
  triesLeft?: number;
}

/** What is left of a failed call: gRPC code, the ErrorInfo's reason, its metadata. */
export interface Failure {
  code: string;
  reason: string;
  metadata: Record<string, string>;
}

const BY_REASON: Record<string, ProblemKind> = {
  PinInvalid: "pinWrong",
  PinExpired: "pinExpired", PinUsed: "pinUsed", PinLocked: "pinLocked", TooManyAttempts: "pinLocked",
  Denied: "denied", SiteNotAllowed: "siteNotAllowed", SiteNotSupported: "siteNotAllowed",
  SessionNotFound: "notFound", SessionEnded: "notFound", Ended: "notFound", NotFound: "notFound", ParticipantNotFound: "notFound",
  Unauthenticated: "signedOut", SignInFailed: "signInFailed", SignInLocked: "signInLocked",
  NoCapacity: "noCapacity", TooManyWaiting: "noCapacity", RateLimited: "tooMany", LimitReached: "tooMany",
  Replaced: "replaced", NotAllowed: "notAllowed", PermissionDenied: "notAllowed", TenantSuspended: "tenantSuspended",
  PodLost: "unavailable", PodUnreachable: "unavailable", StoreUnavailable: "unavailable", Draining: "unavailable", Internal: "unknown", Invalid: "invalid",
};

const BY_CODE: Record<string, ProblemKind> = {
  NotFound: "notFound", Unauthenticated: "signedOut", PermissionDenied: "notAllowed", ResourceExhausted: "tooMany",
  Unavailable: "unavailable", DeadlineExceeded: "unavailable", InvalidArgument: "invalid", FailedPrecondition: "invalid",
};

/** "PIN_EXPIRED" and "PinExpired" are the same word. */
function camel(reason: string): string {
  if (!/^[A-Z0-9_]+$/.test(reason)) return reason;
  return reason.split("_").map((part) => part.charAt(0) + part.slice(1).toLowerCase()).join("");
}

export function problemOf(failure: Failure): Problem {
  const kind = BY_REASON[camel(failure.reason)] ?? BY_CODE[failure.code] ?? "unknown";
  const seconds = number(failure.metadata["retry_after_seconds"]);
  return { kind, retryAfterMs: seconds === undefined ? undefined : seconds * 1000, triesLeft: number(failure.metadata["tries_left"]) };
}

/** In a call of JoinSession some plain codes mean the PIN. */
export function joinProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  if (problem.kind === "notFound" || problem.kind === "invalid") return { ...problem, kind: "pinWrong" };
  if (problem.kind === "tooMany" || problem.kind === "signInLocked") return { ...problem, kind: "pinLocked" };
  return problem;
}

export function signInProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  if (problem.kind === "signedOut" || problem.kind === "notAllowed" || problem.kind === "invalid") return { ...problem, kind: "signInFailed" };
  if (problem.kind === "tooMany" || problem.kind === "pinLocked") return { ...problem, kind: "signInLocked" };
  return problem;
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The word of the catalogue for an end, without its prefix. */
export function endWord(reason: EndReason | undefined): keyof typeof EndReason {
  return (EndReason[reason ?? 0] ?? "UNSPECIFIED") as keyof typeof EndReason;
}
