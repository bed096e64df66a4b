// Watches a canvas in a viewer's page: how long after a press a pixel changed, and how many pictures are seen.

import type { Page } from "../e2e/harness/fixtures.ts";

/** A press that is not seen within this counts as this. */
const WITHIN_MS = 3_000;

declare global {
  interface Window {
    watched?: Promise<number>;
    drawn?: (() => void) | undefined;
  }
}

/** Presses at a point of the window and gives the milliseconds from the press to the drawing of the changed pixel in the canvas' middle. */
export async function pressToPixel(page: Page, canvas: string, at: { x: number; y: number }): Promise<number> {
  await page.mouse.move(at.x, at.y);
  await page.evaluate(watch, { canvas, within: WITHIN_MS });
  await page.mouse.down();
  const took = await page.evaluate(() => window.watched!);
  await page.mouse.up();
  return took;
}

/**
 * Looks at the pixel after each animation frame, and whenever something was drawn. A worker's drawing can be read in the page
 * only some time later, so what counts is the last drawing before the pixel was found changed.
 */
function watch({ canvas, within }: { canvas: string; within: number }): void {
  const source = document.querySelector<HTMLCanvasElement>(canvas);
  if (!source) throw new Error("there is no canvas");
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const pixel = () => {
    probe.drawImage(source, source.width / 2, source.height / 2, 1, 1, 0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data[1]!;
  };
  const before = pixel();
  window.watched = new Promise((resolve, reject) => {
    let [pressed, drawn] = [0, 0];
    const until = performance.now() + within;
    const look = () => {
      if (pressed > 0 && Math.abs(pixel() - before) > 60) return done(() => resolve(drawn - pressed));
      if (performance.now() > until) done(() => (pressed > 0 ? resolve(within) : reject(new Error("no press arrived"))));
    };
    let over = false;
    const frames = () => {
      look();
      if (!over) requestAnimationFrame(frames);
    };
    requestAnimationFrame(frames);
    const done = (tell: () => void) => {
      over = true;
      window.drawn = undefined;
      tell();
    };
    window.drawn = () => {
      drawn = performance.now();
      queueMicrotask(look);
    };
    addEventListener("pointerdown", () => (pressed = performance.now()), { once: true, capture: true });
  });
}

/** Has a page tell when something was drawn: by itself, or by a worker that says so. To run before the page's own scripts. */
export function tellDrawing(): void {
  const draws = ["drawImage", "putImageData", "fillRect"] as const;
  for (const name of draws) {
    const own = CanvasRenderingContext2D.prototype[name] as (...all: unknown[]) => void;
    Object.defineProperty(CanvasRenderingContext2D.prototype, name, {
      value(this: CanvasRenderingContext2D, ...all: unknown[]) {
        own.apply(this, all);
        window.drawn?.();
      },
    });
  }
  const Own = Worker;
  window.Worker = class extends Own {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener("message", ({ data }: MessageEvent<{ type?: string }>) => data.type === "drawn" && window.drawn?.());
    }
  };
}

/** How many animation frames within `during` ms found a column of the canvas changed. */
export function seenPictures(page: Page, canvas: string, during: number): Promise<number> {
  return page.evaluate(countPictures, { canvas, during });
}

function countPictures({ canvas, during }: { canvas: string; during: number }): Promise<number> {
  const source = document.querySelector<HTMLCanvasElement>(canvas);
  if (!source) throw new Error("there is no canvas");
  const probe = new OffscreenCanvas(4, 64).getContext("2d", { willReadFrequently: true })!;
  let [before, count] = ["", 0];
  const until = performance.now() + during;
  return new Promise((resolve) => {
    const look = () => {
      // Left of the middle: text runs through it on the article.
      probe.drawImage(source, source.width * 0.4, 0, 4, source.height, 0, 0, 4, 64);
      const now = probe.getImageData(0, 0, 4, 64).data.join();
      count += Number(before !== "" && now !== before);
      before = now;
      if (performance.now() > until) return resolve(count);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
