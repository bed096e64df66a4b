// Takes a failed call apart: gRPC code, and google.rpc.ErrorInfo from its details.

import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Failure } from "../core/problem";

const ERROR_INFO = "google.rpc.ErrorInfo";

/** Codes of calls that may work when tried again. */
const PASSING = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Unknown, Code.Internal, Code.Aborted, Code.ResourceExhausted]);

export function failureOf(error: unknown): Failure {
  const { code, reason, metadata } = read(error);
  return { code: Code[code], reason, metadata };
}

/** True when the same call may work a little later: the server or the way to it was not there, or it was too early. */
export function isPassing(error: unknown): boolean {
  const { code, reason } = read(error);
  return reason === "NotReady" || PASSING.has(code);
}

function read(error: unknown): { code: Code; reason: string; metadata: Record<string, string> } {
  const connect = ConnectError.from(error);
  for (const detail of connect.details) {
    if ("type" in detail && detail.type === ERROR_INFO && detail.value instanceof Uint8Array) {
      const info = readErrorInfo(detail.value);
      if (info) return { code: connect.code, ...info };
    }
  }
  return { code: connect.code, reason: "", metadata: {} };
}

/** ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; } */
function readErrorInfo(bytes: Uint8Array): { reason: string; metadata: Record<string, string> } | undefined {
  try {
    const reader = new BinaryReader(bytes);
    let reason = "";
    const metadata: Record<string, string> = {};
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) reason = reader.string();
      else if (field === 3) {
        const [key, value] = readEntry(reader.bytes());
        metadata[key] = value;
      } else reader.skip(wireType, field);
    }
    return { reason, metadata };
  } catch {
    return undefined;
  }
}

function readEntry(bytes: Uint8Array): [string, string] {
  const reader = new BinaryReader(bytes);
  let key = "";
  let value = "";
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else reader.skip(wireType, field);
  }
  return [key, value];
}
