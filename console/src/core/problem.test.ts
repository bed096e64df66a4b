import { expect, test } from "vitest";
import { closedProblem, invitationProblemOf, joinProblemOf, problemOf, setUpProblemOf, signInProblemOf } from "./problem";

const failure = (code: string, reason = "", metadata: Record<string, string> = {}) => ({ code, reason, metadata });

test("the rule counts before the reason, and the reason before the code", () => {
  expect(problemOf(failure("ResourceExhausted", "LimitReached", { rule: "SessionFull" })).kind).toBe("sessionFull");
  expect(problemOf(failure("ResourceExhausted", "LimitReached", { rule: "NeverHeardOf" })).kind).toBe("tooMany");
  expect(problemOf(failure("NotFound", "SiteNotSupported")).kind).toBe("siteNotAllowed");
  expect(problemOf(failure("PermissionDenied", "Denied")).kind).toBe("denied");
  expect(problemOf(failure("Unavailable")).kind).toBe("unavailable");
  expect(problemOf(failure("Whatever", "NeverHeardOf")).kind).toBe("unknown");
});

test("a locked PIN says how long", () => {
  expect(joinProblemOf(failure("ResourceExhausted", "PinLocked", { retry_after_seconds: "95" }))).toMatchObject({ kind: "pinLocked", retryAfterMs: 95_000 });
  expect(joinProblemOf(failure("ResourceExhausted", "PinLocked", { retry_after_seconds: "soon" })).retryAfterMs).toBeUndefined();
});

test("in joining, accepting and signing in plain codes have their own meaning", () => {
  expect(joinProblemOf(failure("NotFound")).kind).toBe("pinWrong");
  expect(joinProblemOf(failure("InvalidArgument")).kind).toBe("pinWrong");
  expect(joinProblemOf(failure("Unauthenticated")).kind).toBe("signedOut");
  expect(invitationProblemOf(failure("NotFound", "SessionNotFound")).kind).toBe("invitationWrong");
  expect(invitationProblemOf(failure("FailedPrecondition", "WrongPhase", { rule: "AlreadyIn" })).kind).toBe("alreadyIn");
  expect(signInProblemOf(failure("Unauthenticated", "SignInFailed")).kind).toBe("signInFailed");
  expect(signInProblemOf(failure("ResourceExhausted", "RateLimited")).kind).toBe("signInLocked");
});

test("who sets an account up is told what is wrong with it", () => {
  expect(setUpProblemOf(failure("NotFound", "InvitationInvalid")).kind).toBe("setUpWrong");
  expect(setUpProblemOf(failure("AlreadyExists", "EmailTaken")).kind).toBe("emailTaken");
  expect(setUpProblemOf(failure("InvalidArgument", "Invalid", { field: "password" })).kind).toBe("passwordWeak");
  expect(setUpProblemOf(failure("InvalidArgument", "Invalid", { field: "name" })).kind).toBe("invalid");
  expect(setUpProblemOf(failure("ResourceExhausted", "RateLimited", { retry_after_seconds: "9" }))).toMatchObject({ kind: "tooMany", retryAfterMs: 9_000 });
});

test("a closed stream says why, but for the ends that the session tells", () => {
  expect(closedProblem("Replaced")).toBe("replaced");
  expect(closedProblem("Malformed")).toBe("outdated");
  expect(closedProblem("Unauthenticated")).toBe("signedOut");
  expect(closedProblem("Ended")).toBeUndefined();
  expect(closedProblem("GaveUp")).toBe("linkLost");
});
