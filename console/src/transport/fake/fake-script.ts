// What the other person does in the fake session.

import { EndReason } from "../../gen/cobrowse/v1/participant_pb";
import type { FakePage } from "./fake-page";
import type { EventBody } from "./fake-socket";
import { AGENT, END_USER, type FakeWorld } from "./fake-world";

/** When an administrator pauses the session, lets it go on but not for long, and ends it. */
const [HELD_MS, LIFTED_MS, ENDED_MS] = [2_000, 14_000, 40_000];

type Tell = (body: EventBody) => void;

const LINES: Record<"en", string[]> = { en: ["Hello! I can see the page now.", "You can fill in your name here."] };

export function playOther(world: FakeWorld, page: FakePage, tell: Tell): Array<ReturnType<typeof setInterval>> {
  const participantId = world.seat === "agent" ? END_USER : AGENT;
  const silent = () => world.paused || world.held;
  const after = (ms: number, act: () => void) => setTimeout(() => !silent() && act(), ms);
  let turn = 0;
  const circle = setInterval(() => {
    if (silent()) return;
    turn += 0.06;
    const at = { x: 330 + Math.cos(turn) * 120, y: 330 + Math.sin(turn) * 90 };
    tell({ case: "pointers", value: { participantId, at, pressed: Math.round(turn * 100) % 300 === 0 } });
  }, 80);
  const timers = [circle];
  if (world.seat === "end-user") {
    timers.push(
      after(1_200, () => tell({ case: "guidance", value: { participantId, body: { case: "chat", value: { text: LINES.en[0] } } } })),
      after(2_500, () => tell({ case: "guidance", value: { participantId, body: { case: "highlight", value: { rect: page.elementAt({ x: 100, y: 360 } as never) } } } })),
      after(2_800, () => tell({ case: "guidance", value: { participantId, body: { case: "chat", value: { text: LINES.en[1] } } } })),
    );
  } else {
    timers.push(after(1_500, () => tell({ case: "guidance", value: { participantId, body: { case: "chat", value: { text: "Thank you for helping." } } } })));
  }
  if (world.script === "administrator") {
    timers.push(
      setTimeout(() => world.administer(true, 7_200_000), HELD_MS), setTimeout(() => world.administer(false, ENDED_MS - LIFTED_MS), LIFTED_MS),
      setTimeout(() => world.end(EndReason.ADMINISTRATOR), ENDED_MS),
    );
  }
  if (world.script === "notice") timers.push(after(1_000, () => tell({ case: "notice", value: { code: "SiteNotAllowed" } })));
  if (world.script === "file") timers.push(after(1_000, () => tell({ case: "fileChooser", value: { id: "c1", open: true, multiple: false, accept: "image/*" } })));
  if (world.script === "download") timers.push(after(1_000, () => tell({ case: "download", value: { id: "w1", name: "invoice.txt", sizeBytes: 24n, complete: true } })));
  if (world.script === "select") {
    const options = ["Blue", "Green", "Red"].map((label, at) => ({ value: String(at), label, selected: at === 1 }));
    timers.push(after(1_000, () => tell({ case: "picker", value: { id: "k1", open: true, kind: 1, options } })));
  }
  if (world.script === "date") timers.push(after(1_000, () => tell({ case: "picker", value: { id: "k2", open: true, kind: 2, value: "2026-11-22", min: "2026-01-01" } })));
  if (world.script === "silent") timers.push(after(4_000, () => timers.forEach(clearInterval)));
  return timers;
}
