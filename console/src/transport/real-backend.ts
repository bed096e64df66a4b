// The real server: gRPC-Web calls and one WebSocket, both on this page's own origin.

import { createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AccountService } from "../gen/cobrowse/v1/account_pb";
import { SessionService } from "../gen/cobrowse/v1/session_pb";
import type { Backend } from "./backend";
import { openLiveSocket } from "./live-socket";

export function realBackend(): Backend {
  let token: string | undefined;
  const bearer: Interceptor = (next) => (request) => {
    if (token) request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  const transport = createGrpcWebTransport({
    baseUrl: location.origin,
    interceptors: [bearer],
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin", cache: "no-store" }),
  });
  return {
    sessions: createClient(SessionService, transport),
    accounts: createClient(AccountService, transport),
    openSocket: (handlers) => openLiveSocket(new URL("/v1/attach", location.origin), handlers),
    setToken(next) {
      token = next;
    },
  };
}
