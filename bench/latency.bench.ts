// How soon a press is seen by the person who pressed, with us and with the peer, in turn.

import { test } from "../e2e/harness/fixtures.ts";
import { keep } from "./figures.ts";
import { show, SIDES, type Side } from "./side.ts";
import { pressToPixel } from "./watch.ts";

/** The first presses warm caches up and are not counted. */
const FIRST = 5;
const SLOW = { kbit: 10_000, delay: 20 };

const CASES = [
  { what: "still page", path: "/lab/scroll#still", count: 100, bar: "p50 <= 17, p95 <= 22" },
  { what: "whole page changes", path: "/lab/flash", count: 100, bar: "" },
  { what: "whole page changes, with motion", path: "/lab/flash#busy", count: 100, bar: "" },
  { what: "still page, slow link", path: "/lab/scroll#still", count: 40, shape: SLOW, bar: "" },
  { what: "scrolling page, slow link", path: "/lab/scroll", count: 40, shape: SLOW, bar: "p50 <= 110, p95 <= 200" },
] as const;

async function presses(side: Side, count: number): Promise<number[]> {
  const values: number[] = [];
  for (let press = 0; press < count + FIRST; press += 1) values.push(await pressToPixel(side.viewer, side.canvas, side.middle));
  return values.slice(FIRST);
}

for (const one of CASES) {
  const over = "shape" in one ? "a link of 10 Mbit/s and 40 ms there and back" : "loopback";
  const definition = `from pointerdown in the viewer's page to the drawing of a changed pixel in its canvas, page of 1280x720, over ${over}; one person looks, all on this machine; a press not seen within 3 s counts as 3 s`;
  for (const name of SIDES) {
    test(`press to pixel, ${one.what}, ${name}`, async ({ browser }) => {
      const side = await show(name, browser, one.path, "shape" in one ? one.shape : undefined);
      keep({ name: `press to pixel, ${one.what}`, of: name, unit: "ms", definition, bar: one.bar, values: await presses(side, one.count) });
      await side.end();
    });
  }
}
