// Watches one pixel of a canvas in a page and tells how long after a press it changed. Runs inside the viewer's page.

import type { Agent } from "../e2e/harness/people.ts";

export type Page = Agent["page"];

const WITHIN_MS = 3_000;

declare const scheduler: { postTask(task: () => void, options: { priority: "background" }): Promise<void> };
declare global {
  interface Window {
    watched?: Promise<number>;
  }
}

/** Presses at a point of the window and gives the milliseconds from the press to the changed pixel in the canvas' middle. */
export async function pressToPixel(page: Page, canvas: string, at: { x: number; y: number }): Promise<number> {
  await page.mouse.move(at.x, at.y);
  await page.evaluate(watch, { canvas, within: WITHIN_MS });
  await page.mouse.down();
  const took = await page.evaluate(() => window.watched!);
  await page.mouse.up();
  return took;
}

function watch({ canvas, within }: { canvas: string; within: number }): void {
  const source = document.querySelector<HTMLCanvasElement>(canvas);
  if (!source) throw new Error("there is no canvas");
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const look = () => {
    probe.drawImage(source, source.width / 2, source.height / 2, 1, 1, 0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data[1]!;
  };
  const before = look();
  let pressed = 0;
  addEventListener("pointerdown", () => (pressed = performance.now()), { once: true, capture: true });
  const until = performance.now() + within;
  window.watched = new Promise((resolve, reject) => {
    // In the background, so that the watch holds up nothing of what it measures.
    const again = () => void scheduler.postTask(turn, { priority: "background" });
    const turn = () => {
      const now = performance.now();
      if (pressed > 0 && Math.abs(look() - before) > 60) return resolve(now - pressed);
      if (now > until) return reject(new Error("the pixel did not change"));
      again();
    };
    again();
  });
}
