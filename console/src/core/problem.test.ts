import { expect, test } from "vitest";
import { isKey } from "./catalogue";
import { joinProblemOf, problemOf, signInProblemOf } from "./problem";

const failure = (code: string, reason = "", metadata: Record<string, string> = {}) => ({ code, reason, metadata });

test("the server's word counts before the code", () => {
  expect(problemOf(failure("NotFound", "SiteNotSupported")).kind).toBe("siteNotAllowed");
  expect(problemOf(failure("PermissionDenied", "Denied")).kind).toBe("denied");
  expect(problemOf(failure("FailedPrecondition", "SESSION_ENDED")).kind).toBe("notFound");
  expect(problemOf(failure("Unavailable")).kind).toBe("unavailable");
  expect(problemOf(failure("Whatever", "NeverHeardOf")).kind).toBe("unknown");
});

test("a locked PIN says how long", () => {
  expect(joinProblemOf(failure("ResourceExhausted", "PinLocked", { retry_after_seconds: "95" }))).toMatchObject({ kind: "pinLocked", retryAfterMs: 95_000 });
  expect(joinProblemOf(failure("ResourceExhausted", "PinLocked", { retry_after_seconds: "soon" })).retryAfterMs).toBeUndefined();
});

test("in joining and signing in plain codes have their own meaning", () => {
  expect(joinProblemOf(failure("NotFound")).kind).toBe("pinWrong");
  expect(joinProblemOf(failure("InvalidArgument")).kind).toBe("pinWrong");
  expect(joinProblemOf(failure("Unauthenticated")).kind).toBe("signedOut");
  expect(signInProblemOf(failure("Unauthenticated", "SignInFailed")).kind).toBe("signInFailed");
  expect(signInProblemOf(failure("ResourceExhausted", "RateLimited")).kind).toBe("signInLocked");
});

test("every problem has a title and a text", () => {
  for (const code of ["NotFound", "Unauthenticated", "PermissionDenied", "ResourceExhausted", "Unavailable", "InvalidArgument", "x"]) {
    for (const make of [problemOf, joinProblemOf, signInProblemOf]) {
      const { kind } = make(failure(code));
      expect(isKey(`problem.${kind}`) && isKey(`problem.${kind}.text`), kind).toBe(true);
    }
  }
});
