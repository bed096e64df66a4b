// The live stream of the fake backend: pictures of a page drawn here, and a script for the other person.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Phase } from "../../gen/cobrowse/v1/session_pb";
import { EndReason, PermissionsSchema } from "../../gen/cobrowse/v1/participant_pb";
import { Audience, ClientMessageSchema, EventSchema, ServerMessageSchema, Track, type ClientMessage } from "../../gen/cobrowse/v1/stream_pb";
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

export function openFakeSocket(world: FakeWorld, handlers: SocketHandlers): LiveSocket {
  const page = new FakePage();
  const viewport = { width: 1280, height: 800, scalePercent: 100, touch: matchMedia("(pointer: coarse)").matches };
  let encoder = new FakeEncoder([]);
  let seq = 0n;
  let open = true;
  let unacked = 0;
  let busy = false;
  const timers: ReturnType<typeof setInterval>[] = [];
  const send = (body: Down) => open && handlers.onMessage(create(ServerMessageSchema, { body }), 0);
  const tell = (body: EventBody, audience = Audience.ALL) =>
    send({ case: "event", value: create(EventSchema, { seq: ++seq, pauseEpoch: world.pauseEpoch, audience, track: Track.FACTS, body }) });
  const state = () => {
    const warned = world.paused ? { warning: "StopUnanswered", warningMs: BigInt(Math.max(0, world.choiceUntil - Date.now())) } : {};
    tell({ case: "state", value: { paused: world.paused, viewport, remainingMs: 7_200_000n, ...warned } });
  };
  const roster = () => tell({ case: "roster", value: { participants: [world.endUser, world.agent] } });

  async function picture() {
    if (busy || unacked >= CREDIT || (world.paused && world.seat === "agent") || !page.changed()) return;
    busy = true;
    const canvas = page.draw(viewport.width, viewport.height, viewport.scalePercent / 100);
    const coded = await encoder.code(canvas);
    busy = false;
    unacked++;
    tell({ case: "picture", value: { ...coded, width: canvas.width, height: canvas.height } });
  }

  function attached() {
    send({ case: "attached", value: { protocolVersion: 1, participantId: world.now.selfId, codec: encoder.codec, resumedAfter: 0n, keepaliveMs: KEEPALIVE_MS } });
    roster();
    state();
    tell({ case: "navigation", value: page.navigation() });
    tell({ case: "cursor", value: { name: "default" } });
    if (world.seat === "end-user") tell({ case: "protectedFields", value: { fields: page.protectedFields() } }, Audience.END_USER);
    timers.push(setInterval(() => send({ case: "keepalive", value: {} }), KEEPALIVE_MS), setInterval(() => void picture(), FRAME_MS));
    timers.push(...playOther(world, page, tell));
  }

  const unlisten = world.onChange(() => {
    if (world.session?.phase === Phase.ENDED) return send({ case: "closed", value: { reason: "Ended", endReason: world.session.endReason } });
    if (world.paused && world.seat === "agent") send({ case: "blank", value: { pauseEpoch: world.pauseEpoch } });
    state();
  });

  function receive({ body }: ClientMessage) {
    switch (body.case) {
      case "attach":
        encoder = new FakeEncoder(world.script === "jpeg" ? [] : body.value.codecs, world.script === "broken");
        return attached();
      case "ack":
        unacked = Math.max(0, unacked - 1);
        return;
      case "keyRequest":
        encoder.key();
        page.touch();
        return;
      case "keepalive":
        return void setTimeout(() => send({ case: "keepalive", value: body.value }), 18);
      case "input":
        return page.input(body.value, tell);
      case "guidance": {
        const { body: what } = body.value;
        const value = what.case === "highlight" ? { ...what, value: { ...what.value, rect: page.elementAt(what.value.at) } } : what;
        return void tell({ case: "guidance", value: { participantId: world.now.selfId, body: value as typeof what } });
      }
      case "command": {
        const { id, body: what } = body.value;
        let ok = true;
        if (what.case === "pause") world.pause();
        if (what.case === "resume") world.resume();
        if (what.case === "end") world.end(EndReason.AGENT);
        if (what.case === "permit" && what.value.permissions) {
          world.agent.permissions = create(PermissionsSchema, what.value.permissions);
          roster();
        }
        if (what.case === "resize" && what.value.viewport) {
          Object.assign(viewport, what.value.viewport);
          page.touch();
          state();
        }
        if (what.case === "navigate") ok = page.navigate(what.value, tell);
        if (what.case === "dialog") tell({ case: "dialog", value: { id: what.value.dialogId, open: false } });
        if (what.case === "chooserCancel") tell({ case: "fileChooser", value: { id: what.value.chooserId, open: false } });
        if (what.case === "picker") tell({ case: "picker", value: { id: what.value.pickerId, open: false } });
        send({ case: "result", value: { id, ok, reason: ok ? "" : "SiteNotAllowed" } });
      }
    }
  }

  setTimeout(() => open && handlers.onOpen(), 30);
  return {
    send: (message) => receive(create(ClientMessageSchema, message)),
    close() {
      open = false;
      unlisten();
      timers.forEach(clearInterval);
    },
  };
}
