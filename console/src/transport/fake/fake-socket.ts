// The live stream of the fake backend: pictures of a page drawn here, and a script for the other person.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Phase } from "../../gen/cobrowse/v1/session_pb";
import { EndReason, PermissionsSchema } from "../../gen/cobrowse/v1/participant_pb";
import { Audience, ClientMessageSchema, EventSchema, ServerMessageSchema, Track, type ClientMessage, type Guidance } from "../../gen/cobrowse/v1/stream_pb";
import type { Command } from "../../gen/cobrowse/v1/control_pb";
import type { LiveSocket, SocketHandlers } from "../backend";
import { FakeEncoder } from "./fake-encoder";
import { FakePage } from "./fake-page";
import { playOther } from "./fake-script";
import type { FakeWorld } from "./fake-world";

export type EventBody = NonNullable<MessageInitShape<typeof EventSchema>["body"]>;
type Down = NonNullable<MessageInitShape<typeof ServerMessageSchema>["body"]>;

const KEEPALIVE_MS = 250;
const FRAME_MS = 66;
const CREDIT = 2;
const WARNED_MS = 300_000;

export function openFakeSocket(world: FakeWorld, handlers: SocketHandlers): LiveSocket {
  return new FakeSocket(world, handlers);
}

class FakeSocket implements LiveSocket {
  readonly #world: FakeWorld;
  readonly #handlers: SocketHandlers;
  readonly #page = new FakePage();
  readonly #viewport = { width: 1280, height: 800, scalePercent: 100, touch: matchMedia("(pointer: coarse)").matches };
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #unlisten: () => void;
  #encoder = new FakeEncoder([]);
  #seq = 0n;
  #open = true;
  #unacked = 0;
  #busy = false;

  constructor(world: FakeWorld, handlers: SocketHandlers) {
    this.#world = world;
    this.#handlers = handlers;
    this.#unlisten = world.onChange(() => this.#changed());
    setTimeout(() => this.#open && handlers.onOpen(), 30);
  }

  send(message: Parameters<LiveSocket["send"]>[0]): void {
    this.#receive(create(ClientMessageSchema, message));
  }

  close(): void {
    this.#open = false;
    this.#unlisten();
    this.#timers.forEach(clearInterval);
  }

  #send(body: Down): void {
    if (this.#open) this.#handlers.onMessage(create(ServerMessageSchema, { body }), 0);
  }

  readonly #tell = (body: EventBody, audience = Audience.ALL) =>
    this.#send({ case: "event", value: create(EventSchema, { seq: ++this.#seq, pauseEpoch: this.#world.pauseEpoch, audience, track: Track.FACTS, body }) });

  #state(): void {
    const { paused, held, remainingMs } = this.#world;
    this.#tell({ case: "state", value: { paused: paused || held, held, viewport: this.#viewport, remainingMs: BigInt(remainingMs), ...this.#warned() } });
  }

  #warned(): { warning?: string; warningMs?: bigint } {
    const { paused, choiceUntil, remainingMs } = this.#world;
    if (paused) return { warning: "StopUnanswered", warningMs: BigInt(Math.max(0, choiceUntil - Date.now())) };
    return remainingMs <= WARNED_MS ? { warning: "MaxDuration", warningMs: BigInt(remainingMs) } : {};
  }

  #roster(): void {
    this.#tell({ case: "roster", value: { participants: [this.#world.endUser, this.#world.agent] } });
  }

  #changed(): void {
    const { session, paused, held, seat, pauseEpoch } = this.#world;
    if (session?.phase === Phase.ENDED) return this.#send({ case: "closed", value: { reason: "Ended", endReason: session.endReason } });
    if ((paused || held) && seat === "agent") this.#send({ case: "blank", value: { pauseEpoch } });
    this.#state();
  }

  async #picture(): Promise<void> {
    const hidden = (this.#world.paused || this.#world.held) && this.#world.seat === "agent";
    if (this.#busy || this.#unacked >= CREDIT || hidden || !this.#page.changed()) return;
    this.#busy = true;
    const { width, height, scalePercent } = this.#viewport;
    const canvas = this.#page.draw(width, height, scalePercent / 100);
    const coded = await this.#encoder.code(canvas);
    this.#busy = false;
    this.#unacked++;
    this.#tell({ case: "picture", value: { ...coded, width: canvas.width, height: canvas.height } });
  }

  #attached(): void {
    const { now, seat } = this.#world;
    this.#send({ case: "attached", value: { protocolVersion: 1, participantId: now.selfId, codec: this.#encoder.codec, resumedAfter: 0n, keepaliveMs: KEEPALIVE_MS } });
    this.#roster();
    this.#state();
    this.#tell({ case: "navigation", value: this.#page.navigation() });
    this.#tell({ case: "cursor", value: { name: "default" } });
    if (seat === "end-user") this.#tell({ case: "protectedFields", value: { fields: this.#page.protectedFields() } }, Audience.END_USER);
    this.#timers.push(setInterval(() => this.#send({ case: "keepalive", value: {} }), KEEPALIVE_MS), setInterval(() => void this.#picture(), FRAME_MS));
    this.#timers.push(...playOther(this.#world, this.#page, this.#tell));
  }

  #receive({ body }: ClientMessage): void {
    switch (body.case) {
      case "attach":
        this.#encoder = new FakeEncoder(this.#world.script === "jpeg" ? [] : body.value.codecs, this.#world.script === "broken");
        return this.#attached();
      case "ack":
        this.#unacked = Math.max(0, this.#unacked - 1);
        return;
      case "keyRequest":
        this.#encoder.key();
        return this.#page.touch();
      case "keepalive":
        return void setTimeout(() => this.#send({ case: "keepalive", value: body.value }), 18);
      case "input":
        return this.#page.input(body.value, this.#tell);
      case "guidance":
        return this.#guide(body.value);
      case "command": {
        const ok = this.#obey(body.value.body);
        this.#send({ case: "result", value: { id: body.value.id, ok, reason: ok ? "" : "SiteNotAllowed" } });
      }
    }
  }

  #guide({ body: what }: Guidance): void {
    const value = what.case === "highlight" ? { ...what, value: { ...what.value, rect: this.#page.elementAt(what.value.at) } } : what;
    this.#tell({ case: "guidance", value: { participantId: this.#world.now.selfId, body: value as typeof what } });
  }

  /** False when it is refused. */
  #obey(what: Command["body"]): boolean {
    if (what.case === "navigate") return this.#page.navigate(what.value, this.#tell);
    if (what.case === "pause") this.#world.pause();
    if (what.case === "resume") this.#world.resume();
    if (what.case === "end") this.#world.end(EndReason.AGENT);
    if (what.case === "permit" && what.value.permissions) {
      this.#world.agent.permissions = create(PermissionsSchema, what.value.permissions);
      this.#roster();
    }
    if (what.case === "resize" && what.value.viewport) {
      Object.assign(this.#viewport, what.value.viewport);
      this.#page.touch();
      this.#state();
    }
    if (what.case === "dialog") this.#tell({ case: "dialog", value: { id: what.value.dialogId, open: false } });
    if (what.case === "chooserCancel") this.#tell({ case: "fileChooser", value: { id: what.value.chooserId, open: false } });
    if (what.case === "picker") this.#tell({ case: "picker", value: { id: what.value.pickerId, open: false } });
    return true;
  }
}
