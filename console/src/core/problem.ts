// Every way a call or a stream can fail, as people are told. Maps the server's stable words to the catalogue.

import { EndReason } from "../gen/cobrowse/v1/participant_pb";

export const PROBLEM_KINDS = [
  "pinWrong", "pinLocked", "pinLimit", "invitationWrong", "invitationLimit", "denied", "alreadyIn", "alreadyJoined", "sessionFull",
  "siteNotAllowed", "notFound", "signedOut", "signInFailed", "signInLocked", "setUpWrong", "emailTaken", "passwordWeak", "notAllowed", "noCapacity", "tooMany", "notNow", "notReady",
  "browserUnsupported", "outdated", "linkLost", "replaced", "unavailable", "invalid", "unknown",
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

export interface Problem {
  kind: ProblemKind;
  /** How long to wait, when the server said so. */
  retryAfterMs?: number;
}

/** What is left of a failed call: gRPC code, the ErrorInfo's reason, its metadata. */
export interface Failure {
  code: string;
  reason: string;
  metadata: Record<string, string>;
}

/** ErrorInfo.reason of every refusal. */
export const BY_REASON: Readonly<Record<string, ProblemKind>> = {
  PinInvalid: "pinWrong", PinLocked: "pinLocked", InvitationInvalid: "invitationWrong",
  Denied: "denied", SiteNotSupported: "siteNotAllowed",
  SessionNotFound: "notFound", SessionEnded: "notFound", ParticipantNotFound: "notFound",
  Unauthenticated: "signedOut", SignInFailed: "signInFailed", PermissionDenied: "notAllowed",
  NoCapacity: "noCapacity", TooManyWaiting: "noCapacity", RateLimited: "tooMany", LimitReached: "tooMany",
  WrongPhase: "notNow", CommandRefused: "notNow", NotReady: "notReady",
  PodUnreachable: "unavailable", StoreUnavailable: "unavailable", Draining: "unavailable", Conflict: "unavailable",
  TicketInvalid: "linkLost", UnknownMethod: "outdated", Invalid: "invalid", Internal: "unknown",
  Malformed: "outdated", TooLarge: "outdated", UnknownEncoding: "outdated", AccountNotFound: "invalid", EmailTaken: "emailTaken",
};

/** The metadata's `rule`, where a refusal only says that some rule forbids it. */
export const BY_RULE: Readonly<Record<string, ProblemKind>> = {
  PinLimit: "pinLimit", InvitationLimit: "invitationLimit", SessionFull: "sessionFull", TicketLimit: "tooMany",
  AlreadyIn: "alreadyIn", AlreadyJoined: "alreadyJoined", IdTaken: "unknown", NotWanted: "notNow", ClaimHeld: "unavailable",
};

/** Closed.reason of a stream that is closed for good. Undefined where the session itself tells the end. */
export const BY_CLOSED: Readonly<Record<string, ProblemKind | undefined>> = {
  Left: undefined, Ended: undefined, SessionEnded: undefined,
  Replaced: "replaced", Denied: "denied", Malformed: "outdated", TooMuchInput: "tooMany",
  TicketInvalid: "linkLost", Silent: "linkLost", Draining: "unavailable", PodLost: "unavailable", NotReady: "notReady", StoreUnavailable: "unavailable",
};

const BY_CODE: Readonly<Record<string, ProblemKind>> = {
  NotFound: "notFound", Unauthenticated: "signedOut", PermissionDenied: "notAllowed", ResourceExhausted: "tooMany",
  Unavailable: "unavailable", DeadlineExceeded: "unavailable", InvalidArgument: "invalid", FailedPrecondition: "notNow", Unimplemented: "outdated",
};

export function problemOf(failure: Failure): Problem {
  const kind = BY_RULE[failure.metadata["rule"] ?? ""] ?? BY_REASON[failure.reason] ?? BY_CODE[failure.code] ?? "unknown";
  const seconds = number(failure.metadata["retry_after_seconds"]);
  return { kind, retryAfterMs: seconds === undefined ? undefined : seconds * 1000 };
}

/** In a call of JoinSession some plain codes mean the PIN. */
export function joinProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  if (problem.kind === "notFound" || problem.kind === "invalid") return { ...problem, kind: "pinWrong" };
  if (problem.kind === "tooMany") return { ...problem, kind: "pinLocked" };
  return problem;
}

/** In a call of AcceptInvitation an unknown session is an unknown invitation. */
export function invitationProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  return problem.kind === "notFound" || problem.kind === "invalid" ? { ...problem, kind: "invitationWrong" } : problem;
}

export function signInProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  if (problem.kind === "signedOut" || problem.kind === "notAllowed" || problem.kind === "invalid") return { ...problem, kind: "signInFailed" };
  if (problem.kind === "tooMany" || problem.kind === "pinLocked") return { ...problem, kind: "signInLocked" };
  return problem;
}

/** In a call of SetUpAdministrator: what is wrong with the invitation, or with what was chosen. */
export function setUpProblemOf(failure: Failure): Problem {
  const problem = problemOf(failure);
  if (failure.metadata["field"] === "password") return { kind: "passwordWeak" };
  if (problem.kind === "invitationWrong" || problem.kind === "notFound") return { ...problem, kind: "setUpWrong" };
  return problem;
}

/** Why a stream is closed for good, or why there is no ticket for it. Undefined when the session itself tells. */
export function closedProblem(reason: string): ProblemKind | undefined {
  if (Object.hasOwn(BY_CLOSED, reason)) return BY_CLOSED[reason];
  return BY_REASON[reason] ?? BY_CODE[reason] ?? "linkLost";
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The word of the catalogue for an end, without its prefix. */
export function endWord(reason: EndReason | undefined): keyof typeof EndReason {
  return (EndReason[reason ?? 0] ?? "UNSPECIFIED") as keyof typeof EndReason;
}
