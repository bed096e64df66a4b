// A backend without a server, for working on the screen alone: the same services and the same socket, played by a script in
// this tab. Development only; never part of a build.

import { createClient, createRouterTransport } from "@connectrpc/connect";
import { AccountService } from "../../gen/cobrowse/v1/account_pb";
import { SessionService } from "../../gen/cobrowse/v1/session_pb";
import type { Backend } from "../backend";
import { accountsOf } from "./fake-accounts";
import { sessionsOf } from "./fake-sessions";
import { openFakeSocket } from "./fake-socket";
import { FakeWorld, type Seat } from "./fake-world";

/** `seat` is where the person at this screen sits; the script plays the other one. */
export function fakeBackend(seat: Seat): Backend {
  const world = new FakeWorld(seat, new URLSearchParams(location.search).get("fake") ?? "");
  const transport = createRouterTransport(({ service }) => {
    service(SessionService, sessionsOf(world));
    service(AccountService, accountsOf());
  });
  return {
    sessions: createClient(SessionService, transport),
    accounts: createClient(AccountService, transport),
    openSocket: (handlers) => openFakeSocket(world, handlers),
    setToken: () => undefined,
  };
}
