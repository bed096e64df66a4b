// How soon a press is seen by the person who pressed, with us and with the peer, in turn.

import { decodePng } from "../e2e/harness/png.ts";
import { variation } from "../e2e/harness/pixels.ts";
import { expect, test } from "../e2e/harness/fixtures.ts";
import { Stack } from "../e2e/harness/stack.ts";
import { keep } from "./figures.ts";
import { meet } from "./meet.ts";
import { Peer } from "./peer.ts";
import { type Page, pressToPixel } from "./watch.ts";

const PRESSES = 105;
/** The first presses warm caches up and are not counted. */
const FIRST = 5;
const PAGES = [["still", "/lab/flash", "p50 <= 17, p95 <= 22"], ["busy", "/lab/flash#busy", ""]] as const;

async function presses(page: Page, canvas: string, at: { x: number; y: number }): Promise<number[]> {
  const values: number[] = [];
  for (let press = 0; press < PRESSES; press += 1) values.push(await pressToPixel(page, canvas, at));
  return values.slice(FIRST);
}

for (const [page, path, bar] of PAGES) {
  const name = `press to pixel, ${page} page`;
  const definition = `from pointerdown in the viewer's page to a changed pixel in its canvas, loopback, ${page} page, all on this machine`;

  test(`${name}, ours`, async ({ stack, endUser, agent }) => {
    await meet(stack, endUser, agent, path);
    const { width, height } = await agent.shared.viewport();
    const at = await agent.shared.toWindow(width / 2, height / 2);
    keep({ name, of: "CoBrowse", unit: "ms", definition, bar, values: await presses(agent.page, "[data-testid=live-canvas]", at) });
    await endUser.ends();
  });

  test(`${name}, TigerVNC and noVNC`, async ({ browser }) => {
    const sites = await Stack.sites();
    const peer = await Peer.show(`${sites.site.shop}${path}`, "1280x720");
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const viewer = await context.newPage();
    await viewer.goto(peer.address);
    const canvas = viewer.locator("canvas").first();
    await expect.poll(async () => variation(decodePng(await canvas.screenshot())), { timeout: 30_000 }).toBeGreaterThan(8);
    const box = await canvas.boundingBox();
    const at = { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
    keep({ name, of: "TigerVNC + noVNC", unit: "ms", definition, values: await presses(viewer, "canvas", at) });
    await context.close();
    await peer.end();
    await sites.stop();
  });
}
