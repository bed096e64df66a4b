// Brings an element of the website into view for a person and says where it is then, by the site's own report of its scrolling.

import { expect } from "@playwright/test";
import type { Oracle } from "./oracle.ts";
import type { SharedView } from "./shared-view.ts";
import type { Product } from "./product.ts";

const TRIES = 12;
/** Kept free at the top and bottom of the view: the shop's fixed bars. */
const MARGIN = 90;

export interface Scene {
  readonly stack: Product;
  readonly oracle: Oracle;
  readonly shared: SharedView;
  /** Scrolls by wheel or by finger, as this person would. */
  readonly scroll: (dy: number) => Promise<void>;
}

/** The middle of an element in the website's viewport, after scrolling to it. */
export async function reach({ stack, oracle, shared, scroll }: Scene, selector: string): Promise<[number, number]> {
  const { height } = await shared.viewport();
  const place = await oracle.place(selector);
  const middle = place.y + place.height / 2;
  const lowest = await oracle.lowest(height);
  for (let tried = 0; tried < TRIES; tried += 1) {
    const before = stack.state().where.scrollY;
    const y = middle - before;
    if (y > MARGIN && y < height - MARGIN) return [place.x + place.width / 2, y];
    const target = Math.max(0, Math.min(lowest, Math.round(middle - height / 2)));
    // The page's end is reached: what is there cannot come nearer to the middle.
    if (Math.abs(target - before) <= 1) return [place.x + place.width / 2, y];
    await scroll(target - before);
    // The site tells when its scrolling has ended, however long that takes: a press before then would meet something else.
    await expect.poll(() => stack.state().where.scrollY, { message: `scrolling to ${selector}` }).not.toBe(before);
  }
  throw new Error(`${selector} was not reached by scrolling`);
}
