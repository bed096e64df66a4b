import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { failureOf, isPassing } from "./failure";

function refusal(code: Code, value: Uint8Array): ConnectError {
  const error = new ConnectError("refused", code);
  error.details = [{ type: "google.rpc.ErrorInfo", value }] as unknown as ConnectError["details"];
  return error;
}

test("reason and metadata come out of ErrorInfo", () => {
  const entry = new BinaryWriter().tag(1, 2).string("retry_after_seconds").tag(2, 2).string("60").finish();
  const info = new BinaryWriter().tag(1, 2).string("PinLocked").tag(2, 2).string("cobrowse.dev").tag(3, 2).bytes(entry).finish();
  expect(failureOf(refusal(Code.ResourceExhausted, info))).toEqual({ code: "ResourceExhausted", reason: "PinLocked", metadata: { retry_after_seconds: "60" } });
});

test("cut or foreign bytes leave the code", () => {
  expect(failureOf(refusal(Code.NotFound, new Uint8Array([10, 200, 1])))).toEqual({ code: "NotFound", reason: "", metadata: {} });
  expect(failureOf(new TypeError("fetch failed")).code).toBe("Unknown");
});

test("what may pass is tried again, what is decided is not", () => {
  const early = new BinaryWriter().tag(1, 2).string("NotReady").finish();
  expect(isPassing(refusal(Code.FailedPrecondition, early))).toBe(true);
  expect(isPassing(new ConnectError("x", Code.Unavailable))).toBe(true);
  expect(isPassing(new TypeError("fetch failed"))).toBe(true);
  expect(isPassing(new ConnectError("x", Code.PermissionDenied))).toBe(false);
});
