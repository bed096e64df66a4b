// The seam between the console and a server: two services and one live socket. The real one and the fake one look alike.

import type { Client } from "@connectrpc/connect";
import type { AccountService } from "../gen/cobrowse/v1/account_pb";
import type { SessionService } from "../gen/cobrowse/v1/session_pb";
import type { ClientMessage, ServerMessage } from "../gen/cobrowse/v1/stream_pb";

export interface SocketHandlers {
  onOpen(): void;
  /** `bytes` is the size of the frame it came in. */
  onMessage(message: ServerMessage, bytes: number): void;
  /** Once, however it ended. */
  onClose(): void;
}

export interface LiveSocket {
  /** Dropped silently when the socket is not open. */
  send(message: ClientMessage): void;
  close(): void;
}

export interface Backend {
  sessions: Client<typeof SessionService>;
  accounts: Client<typeof AccountService>;
  openSocket(handlers: SocketHandlers): LiveSocket;
  /** Bearer token of an end user; agents have a cookie. */
  setToken(token: string | undefined): void;
}
