// How the fake backend refuses a call.

import { type Code, ConnectError } from "@connectrpc/connect";
import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** An error as the server makes it: with google.rpc.ErrorInfo. */
export function fail(code: Code, reason: string, metadata: Record<string, string> = {}): ConnectError {
  const writer = new BinaryWriter().tag(1, 2).string(reason).tag(2, 2).string("cobrowse.dev");
  for (const [key, value] of Object.entries(metadata)) writer.tag(3, 2).bytes(new BinaryWriter().tag(1, 2).string(key).tag(2, 2).string(value).finish());
  const error = new ConnectError(reason, code);
  error.details = [{ type: "google.rpc.ErrorInfo", value: writer.finish() }] as unknown as ConnectError["details"];
  return error;
}
