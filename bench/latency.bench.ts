// How soon a press is seen by the person who pressed.

import { test } from "../e2e/harness/fixtures.ts";
import type { Agent } from "../e2e/harness/people.ts";
import { keep } from "./figures.ts";
import { meet } from "./meet.ts";
import { pressToPixel } from "./watch.ts";

const PRESSES = 100;
const CANVAS = "[data-testid=live-canvas]";

async function presses(agent: Agent): Promise<number[]> {
  const { width, height } = await agent.shared.viewport();
  const at = await agent.shared.toWindow(width / 3, height / 3);
  const values: number[] = [];
  for (let press = 0; press < PRESSES; press += 1) values.push(await pressToPixel(agent.page, CANVAS, at));
  return values.slice(5);
}

for (const [page, path, bar] of [["still", "/lab/flash", "p50 <= 17, p95 <= 22"], ["busy", "/lab/flash#busy", ""]] as const) {
  test(`press to pixel, ${page} page`, async ({ stack, endUser, agent }) => {
    await meet(stack, endUser, agent, path);
    const definition = `from pointerdown in the agent's page to a changed pixel in its canvas, loopback, ${page} page, both people, Chrome and session-api on this machine`;
    keep({ name: `press to pixel, ${page} page`, of: "CoBrowse", unit: "ms", definition, bar, values: await presses(agent) });
    await endUser.end();
  });
}
