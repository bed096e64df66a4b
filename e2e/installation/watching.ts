// Watches a person's picture of a page that never stands still, from inside that person's browser: how long it stood.

import type { Page } from "@playwright/test";

/** Since the last look. */
export interface Seen {
  /** The longest time without another picture, in milliseconds. The one that goes on counts. */
  readonly longestGap: number;
  /** Those above half a second. */
  readonly gaps: readonly number[];
  readonly pictures: number;
}

declare global {
  interface Window {
    looked?: () => Seen;
  }
}

/** Between two looks. To look at each frame takes as much of the machine as all that is upgraded on it. */
const PACE_MS = 100;

/** Looks at the picture from now on, ten times a second. */
export async function watches(page: Page): Promise<void> {
  await page.evaluate(watch, { pace: PACE_MS, canvas: "[data-testid=live-canvas]", curtains: "[data-testid=link-lost], [data-testid=blanked]" });
}

/** What each saw after `during` more milliseconds, since the last look. */
export async function seenSince(pages: readonly Page[], during: number): Promise<Seen[]> {
  return Promise.all(pages.map((page) => page.evaluate((during) => new Promise<Seen>((tell) => setTimeout(() => tell(window.looked!()), during)), during)));
}

/** A picture counts when it differs from the one before, shows something, and no curtain lies over it. */
function watch({ canvas, curtains, pace }: { canvas: string; curtains: string; pace: number }): void {
  const [width, height] = [32, 24];
  const probe = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  const picture = (): string | undefined => {
    const source = document.querySelector<HTMLCanvasElement>(canvas);
    if (!source?.checkVisibility() || document.querySelector(curtains)) return undefined;
    probe.drawImage(source, 0, 0, width, height);
    const pixels = new Uint32Array(probe.getImageData(0, 0, width, height).data.buffer);
    return pixels.every((pixel) => pixel === pixels[0]) ? undefined : pixels.join();
  };
  let [shown, last, pictures] = [picture(), performance.now(), 0];
  let gaps: number[] = [];
  const look = () => {
    const [now, time] = [picture(), performance.now()];
    if (now !== undefined && now !== shown) {
      gaps.push(time - last);
      [shown, last, pictures] = [now, time, pictures + 1];
    }
  };
  setInterval(look, pace);
  window.looked = () => {
    const all = [...gaps, performance.now() - last];
    const seen = { longestGap: Math.max(...all), gaps: all.filter((gap) => gap > 500), pictures };
    [gaps, pictures] = [[], 0];
    return seen;
  };
}
