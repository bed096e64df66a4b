// Joins one viewer's stream: link, socket, picture worker, input and live state. No framework; useLive subscribes to it.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { download, upload } from "./files";
import { backendTicket } from "./ticket";
import { InputQueue, type Act } from "../core/input-queue";
import { newLink, step, type Link, type LinkEffect, type LinkInput } from "../core/link";
import { applyBlank, applyDrawn, applyEvent, dismissNotice, newLive, type LiveState } from "../core/live";
import { fade, isFading } from "../core/guidance";
import { Quality } from "../core/quality";
import { CommandSchema, type CommandResult } from "../gen/cobrowse/v1/control_pb";
import { ClientMessageSchema, GuidanceSchema, type Codec, type Event, type ServerMessage } from "../gen/cobrowse/v1/stream_pb";
import { Surface } from "../render/surface";
import type { Backend, LiveSocket } from "../transport/backend";

export interface LiveOptions {
  backend: Backend;
  sessionId: string;
  endUser: boolean;
  codecs: Codec[];
}

export interface LiveView {
  link: Link;
  live: LiveState;
  quality: { rttMs: number | undefined; perSecond: number };
  /** A picture is on the canvas. */
  shown: boolean;
}

type Up = MessageInitShape<typeof ClientMessageSchema>["body"];
export type CommandBody = NonNullable<MessageInitShape<typeof CommandSchema>["body"]>;
export type GuidanceBody = NonNullable<MessageInitShape<typeof GuidanceSchema>["body"]>;

const PROTOCOL_VERSION = 1;
const RESULT_MAX_MS = 10_000;

export class LiveController {
  readonly surface: Surface;
  readonly #options: LiveOptions;
  readonly #quality = new Quality();
  readonly #listeners = new Set<() => void>();
  readonly #results = new Map<number, (result: CommandResult | undefined) => void>();
  readonly queue = new InputQueue((input) => this.#send({ case: "input", value: input }));
  #link = newLink();
  #live = newLive();
  #shown = false;
  #view: LiveView;
  #socket: LiveSocket | undefined;
  #ticket = "";
  #commands = 0;
  #frame = 0;
  #wantKey = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.surface = new Surface({
      onAck: (seq, decodeUs) => this.#send({ case: "ack", value: { seq, decodeUs } }),
      onAskKey: () => this.#send({ case: "keyRequest", value: {} }),
      onDrawn: (pauseEpoch) => this.#drawn(pauseEpoch),
      onStale: () => this.#hide(),
      onTick: () => this.#tick(),
    });
    this.#view = this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly view = (): LiveView => this.#view;

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
    cancelAnimationFrame(this.#frame);
    this.#step({ type: "stop" });
    this.surface.close();
    for (const settle of this.#results.values()) settle(undefined);
    this.#results.clear();
  }

  act(act: Act): void {
    this.queue.now(act);
  }

  /** Moves and turns wait for the next animation frame. */
  soon(put: (queue: InputQueue) => void): void {
    put(this.queue);
    if (!this.#frame) this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.queue.flush();
    });
  }

  guide(body: GuidanceBody): void {
    this.#send({ case: "guidance", value: { body } });
  }

  /** Undefined when no answer came, for example because the link is down. */
  command(body: CommandBody): Promise<CommandResult | undefined> {
    const id = ++this.#commands;
    this.#send({ case: "command", value: { id, body } });
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(undefined), RESULT_MAX_MS);
      const settle = (result: CommandResult | undefined) => {
        clearTimeout(timer);
        this.#results.delete(id);
        resolve(result);
      };
      this.#results.set(id, settle);
    });
  }

  readonly upload = (chooserId: string, files: File[], onFile: (name: string) => void): Promise<boolean> =>
    upload(this.#options.backend, this.#options.sessionId, chooserId, files, onFile);
  readonly download = (id: string, name: string): Promise<boolean> => download(this.#options.backend, this.#options.sessionId, id, name);

  dismissNotice(key: string): void {
    this.#setLive(dismissNotice(this.#live, key));
  }

  /** Takes the stream back from another tab, or tries again after it was given up. */
  again(): void {
    this.#step({ type: "start" });
  }

  readonly #wake = (): void => {
    if (document.visibilityState === "visible") this.#step({ type: "wake" });
  };

  #step(input: LinkInput): void {
    const [link, effects] = step(this.#link, input, performance.now(), { endUser: this.#options.endUser, random: Math.random });
    const changed = link.phase !== this.#link.phase || link.stale !== this.#link.stale;
    this.#link = link;
    for (const effect of effects) this.#carryOut(effect);
    if (changed) this.#publish();
  }

  #carryOut(effect: LinkEffect): void {
    switch (effect) {
      case "fetchTicket":
        void this.#fetchTicket();
        return;
      case "openSocket":
        return this.#openSocket();
      case "attach":
        return this.#attach();
      case "closeSocket":
        this.#socket?.close();
        this.#socket = undefined;
        return;
      case "sendKeepalive":
        return this.#send({ case: "keepalive", value: { sentUs: this.#quality.stamp(performance.now()) } });
      case "blank":
        this.surface.blank(0);
        return this.#hide();
    }
  }

  async #fetchTicket(): Promise<void> {
    const answer = await backendTicket(this.#options.backend, this.#options.sessionId);
    if ("ticket" in answer) this.#ticket = answer.ticket;
    this.#step("ticket" in answer ? { type: "ticket", ticket: answer.ticket } : { type: "ticketFailed", ...answer });
  }

  #openSocket(): void {
    const socket: LiveSocket = this.#options.backend.openSocket({
      onOpen: () => this.#socket === socket && this.#step({ type: "opened" }),
      onMessage: (message) => this.#socket === socket && this.#receive(message),
      onClose: () => this.#socket === socket && this.#step({ type: "lost" }),
    });
    this.#socket = socket;
  }

  #attach(): void {
    this.queue.restart();
    const ticket = this.#ticket;
    this.#ticket = "";
    this.#send({
      case: "attach",
      value: { protocolVersion: PROTOCOL_VERSION, ticket, resumeAfter: this.#live.lastSeq, codecs: this.#options.codecs },
    });
  }

  #receive(message: ServerMessage): void {
    const { body } = message;
    this.surface.alive();
    this.#step({ type: "message" });
    switch (body.case) {
      case "attached":
        this.surface.breakChain();
        this.surface.blankAfter(this.#options.endUser ? 0 : (body.value.keepaliveMs || 250) * 4);
        this.#setLive({ ...this.#live, selfId: body.value.participantId, lastSeq: body.value.resumedAfter });
        this.#step({ type: "attached", keepaliveMs: body.value.keepaliveMs });
        break;
      case "event":
        return this.#event(body.value);
      case "blank":
        // Blank is for everybody but the end user, who goes on seeing the own page.
        if (this.#options.endUser) return;
        this.surface.blank(body.value.pauseEpoch);
        this.#shown = false;
        return this.#setLive(applyBlank(this.#live, body.value.pauseEpoch));
      case "keepalive":
        if (this.#quality.echo(body.value.sentUs, performance.now())) this.#publish();
        break;
      case "result":
        this.#results.get(body.value.id)?.(body.value);
        return;
      case "closed":
        if (body.value.reason === "Ended") this.#setLive({ ...this.#live, endReason: body.value.endReason });
        return this.#step({ type: "closedByServer", reason: body.value.reason, retry: body.value.retry });
    }
    if (this.#wantKey && this.#link.phase === "open") {
      this.#wantKey = false;
      this.#send({ case: "keyRequest", value: {} });
    }
  }

  #event(event: Event): void {
    const { body } = event;
    if (body.case === "picture") {
      const { codec, key, width, height, data } = body.value;
      this.surface.picture({ seq: event.seq, pauseEpoch: event.pauseEpoch, codec, key, width, height, data, arrivedMs: 0 });
      // Pictures come often and change nothing people read: no rendering for them.
      if (event.seq > this.#live.lastSeq) this.#live = { ...this.#live, lastSeq: event.seq };
      return;
    }
    if (body.case === "gap") this.surface.breakChain();
    const wasPaused = this.#live.paused;
    this.#setLive(applyEvent(this.#live, event, performance.now()));
    if (body.case === "state" && wasPaused && !this.#live.paused && !this.#shown) this.#send({ case: "keyRequest", value: {} });
  }

  #drawn(pauseEpoch: number): void {
    this.#quality.picture(performance.now());
    const fresh = !this.#shown;
    this.#shown = true;
    const live = applyDrawn(this.#live, pauseEpoch);
    if (fresh || live !== this.#live) this.#setLive(live);
  }

  #hide(): void {
    this.#shown = false;
    // A still page sends nothing by itself: ask for a whole picture once the stream is back.
    this.#wantKey = true;
    this.#publish();
  }

  #tick(): void {
    this.#step({ type: "tick" });
    const now = performance.now();
    if (isFading(this.#live.guidance)) {
      const guidance = fade(this.#live.guidance, now);
      if (guidance !== this.#live.guidance) this.#setLive({ ...this.#live, guidance });
    }
    if (this.#quality.beat(now)) this.#publish();
  }

  #send(body: Up): void {
    if (this.#link.phase !== "open" && body?.case !== "attach") return;
    this.#socket?.send(create(ClientMessageSchema, { body }));
  }

  #setLive(live: LiveState): void {
    this.#live = live;
    this.#publish();
  }

  #look(): LiveView {
    return { link: this.#link, live: this.#live, quality: this.#quality.read(), shown: this.#shown };
  }

  #publish(): void {
    this.#view = this.#look();
    for (const listener of this.#listeners) listener();
  }
}
