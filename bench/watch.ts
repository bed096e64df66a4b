// Watches one pixel of a canvas in a page and tells how long after a press it changed. Runs inside the viewer's page.

import type { Agent } from "../e2e/harness/people.ts";

export type Page = Agent["page"];

const WITHIN_MS = 3_000;

/** Arms the watch; the returned function presses and gives the milliseconds from the press to the changed pixel. */
export async function pressToPixel(page: Page, canvas: string, at: { x: number; y: number }): Promise<number> {
  await page.mouse.move(at.x, at.y);
  const changed = page.evaluate(watch, { canvas, within: WITHIN_MS });
  await page.mouse.down();
  const took = await changed;
  await page.mouse.up();
  return took;
}

function watch({ canvas, within }: { canvas: string; within: number }): Promise<number> {
  const source = document.querySelector<HTMLCanvasElement>(canvas);
  if (!source) throw new Error("there is no canvas");
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const look = () => {
    probe.drawImage(source, source.width / 2, source.height / 2, 1, 1, 0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data[1]!;
  };
  const before = look();
  return new Promise((resolve, reject) => {
    let pressed = 0;
    addEventListener("pointerdown", () => (pressed = performance.now()), { once: true, capture: true });
    const until = performance.now() + within;
    const turn = new MessageChannel();
    turn.port1.onmessage = () => {
      const now = performance.now();
      if (pressed > 0 && Math.abs(look() - before) > 60) return resolve(now - pressed);
      if (now > until) return reject(new Error("the pixel did not change"));
      turn.port2.postMessage(0);
    };
    turn.port2.postMessage(0);
  });
}
