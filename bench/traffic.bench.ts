// What a session costs while the page scrolls, somebody types, or people only look: bytes to one viewer, pictures that it
// sees, processor, memory. With us and with the peer, in turn.

import { expect, test } from "../e2e/harness/fixtures.ts";
import { keep } from "./figures.ts";
import { memoryMiB, seconds, tree } from "./processes.ts";
import { seenPictures } from "./watch.ts";
import { show, SIDES, type Side } from "./side.ts";

const ROUNDS = 5;
const ROUND_MS = 4_000;

interface Cost {
  readonly kbit: number;
  readonly pictures: number;
  readonly cores: number;
}

const used = (side: Side) => side.roots.reduce((sum, root) => sum + seconds(root), 0);

/** What a round costs per second: bytes to the viewer's page, pictures seen there, processor of the server's processes. */
async function round(side: Side, act?: (until: number) => Promise<void>): Promise<Cost> {
  const [bytes, before, from] = [side.tap.received, used(side), performance.now()];
  const [pictures] = await Promise.all([seenPictures(side.viewer, side.canvas, ROUND_MS), act?.(from + ROUND_MS - 200)]);
  const took = (performance.now() - from) / 1000;
  return { kbit: ((side.tap.received - bytes) * 8) / 1000 / took, pictures: pictures / took, cores: ((used(side) - before) / took) * 100 };
}

async function rounds(side: Side, act?: (until: number) => Promise<void>): Promise<Cost[]> {
  // The first settles caches and rates.
  await round(side, act);
  const all: Cost[] = [];
  for (let count = 0; count < ROUNDS; count += 1) all.push(await round(side, act));
  return all;
}

function keepCost(side: Side, what: string, how: string, costs: readonly Cost[], bars: Partial<Record<keyof Cost, string>>): void {
  const add = (name: string, unit: string, of: keyof Cost, definition: string) =>
    keep({ name: `${what}: ${name}`, of: side.name, unit, values: costs.map((one) => one[of]), definition: `${definition}, ${how}; page of 1280x720, one person looks`, bar: bars[of] });
  add("bandwidth", "kbit/s", "kbit", "bytes of WebSocket messages to one viewer's page");
  add("pictures", "1/s", "pictures", "animation frames of the viewer's page in which a column of its canvas had changed");
  add("processor", "% core", "cores", "user and system time of the server's processes, Chrome included");
}

async function types(side: Side, until: number): Promise<void> {
  while (performance.now() < until) await side.viewer.keyboard.type("a", { delay: 100 });
}

for (const name of SIDES) {
  test(`idle and memory, ${name}`, async ({ browser }) => {
    const side = await show(name, browser, "/guide");
    keepCost(side, "idle", "nobody acts", await rounds(side), { kbit: "0 of pictures", cores: "<= 1" });
    const all = side.roots.flatMap(tree).filter((one) => one.name !== "session-api");
    keep({ name: "memory of a watched session", of: name, unit: "MiB", values: [memoryMiB(all)], bar: "<= 450", definition: "PSS of Chrome and all that serves its screen (session-api apart), article page of 1280x720, one person looks" });
    await side.end();
  });

  test(`scrolling, ${name}`, async ({ browser }) => {
    const side = await show(name, browser, "/lab/scroll");
    keepCost(side, "scrolling", "an article scrolls by itself at 480 px/s", await rounds(side), { kbit: "<= 1500", pictures: ">= 30", cores: "not above the peer's at equal rate" });
    await side.end();
  });

  test(`typing, ${name}`, async ({ browser }) => {
    const side = await show(name, browser, "/lab/keys#focus");
    await side.viewer.mouse.click(side.middle.x, side.middle.y);
    // What is measured is worth nothing when nothing is typed.
    await expect(async () => {
      await side.viewer.keyboard.type("a");
      expect(side.stack.state().acts.some(({ act }) => act === "typed")).toBe(true);
    }).toPass();
    keepCost(side, "typing", "ten keys a second", await rounds(side, (until) => types(side, until)), {});
    await side.end();
  });
}
