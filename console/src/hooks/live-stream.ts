// Carries out what core/link decides: tickets, sockets, attaching, keepalives, trying again. Knows nothing of what the
// messages say but Attached and Closed.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { newLink, step, type Link, type LinkEffect, type LinkInput } from "../core/link";
import { ClientMessageSchema, type Codec, type ServerMessage } from "../gen/cobrowse/v1/stream_pb";
import type { Backend, LiveSocket } from "../transport/backend";
import { backendTicket } from "./ticket";

export type Up = MessageInitShape<typeof ClientMessageSchema>["body"];

export interface StreamOptions {
  backend: Backend;
  sessionId: string;
  endUser: boolean;
  codecs: Codec[];
}

export interface StreamEvents {
  onMessage(message: ServerMessage): void;
  /** The picture must go now. */
  onBlank(): void;
  onChange(): void;
  /** The seq to go on after. */
  resumeAfter(): bigint;
  /** The time to send up with a keepalive. */
  stamp(): bigint;
}

const PROTOCOL_VERSION = 1;
/** A fresh ticket and another try mend these, whatever the server says of it. */
const PASSING = new Set(["TicketInvalid", "TicketExpired", "Draining"]);

export class LiveStream {
  #options: StreamOptions;
  readonly #events: StreamEvents;
  #link: Link = newLink();
  #socket: LiveSocket | undefined;
  #ticket = "";

  constructor(options: StreamOptions, events: StreamEvents) {
    this.#options = options;
    this.#events = events;
  }

  get link(): Link {
    return this.#link;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#wake);
    window.addEventListener("online", this.#wake);
    window.addEventListener("pageshow", this.#wake);
    this.#step({ type: "start" });
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#wake);
    window.removeEventListener("online", this.#wake);
    window.removeEventListener("pageshow", this.#wake);
    this.#step({ type: "stop" });
  }

  /** Takes the stream back from another tab, tries again after it was given up, or begins anew with other codecs. */
  again(codecs?: Codec[]): void {
    if (codecs) this.#options = { ...this.#options, codecs };
    this.#step({ type: "start" });
  }

  tick(): void {
    this.#step({ type: "tick" });
  }

  /** Lost silently while the stream is not open: what acts must not act late. */
  send(body: Up): void {
    if (this.#link.phase === "open") this.#socket?.send(create(ClientMessageSchema, { body }));
  }

  readonly #wake = (): void => {
    if (document.visibilityState === "visible") this.#step({ type: "wake" });
  };

  #step(input: LinkInput): void {
    const before = this.#link;
    const [link, effects] = step(before, input, performance.now(), { endUser: this.#options.endUser, random: Math.random });
    this.#link = link;
    for (const effect of effects) this.#carryOut(effect);
    if (link.phase !== before.phase || link.stale !== before.stale) this.#events.onChange();
  }

  #carryOut(effect: LinkEffect): void {
    switch (effect) {
      case "fetchTicket":
        void this.#fetchTicket();
        return;
      case "openSocket":
        return this.#openSocket();
      case "attach":
        this.#socket?.send(create(ClientMessageSchema, { body: { case: "attach", value: this.#attach() } }));
        return;
      case "closeSocket":
        this.#socket?.close();
        this.#socket = undefined;
        return;
      case "sendKeepalive":
        return this.send({ case: "keepalive", value: { sentUs: this.#events.stamp() } });
      case "blank":
        return this.#events.onBlank();
    }
  }

  #attach() {
    const ticket = this.#ticket;
    this.#ticket = "";
    return { protocolVersion: PROTOCOL_VERSION, ticket, resumeAfter: this.#events.resumeAfter(), codecs: this.#options.codecs };
  }

  async #fetchTicket(): Promise<void> {
    const answer = await backendTicket(this.#options.backend, this.#options.sessionId);
    if ("ticket" in answer) this.#ticket = answer.ticket;
    this.#step("ticket" in answer ? { type: "ticket" } : { type: "ticketFailed", ...answer });
  }

  #openSocket(): void {
    const socket: LiveSocket = this.#options.backend.openSocket({
      onOpen: () => this.#socket === socket && this.#step({ type: "opened" }),
      onMessage: (message) => this.#socket === socket && this.#receive(message),
      onClose: () => this.#socket === socket && this.#step({ type: "lost" }),
    });
    this.#socket = socket;
  }

  #receive(message: ServerMessage): void {
    const { body } = message;
    if (body.case === "attached") this.#step({ type: "attached", keepaliveMs: body.value.keepaliveMs });
    else this.#step({ type: "message" });
    this.#events.onMessage(message);
    if (body.case === "closed") this.#step({ type: "closedByServer", reason: body.value.reason, retry: body.value.retry || PASSING.has(body.value.reason) });
  }
}
