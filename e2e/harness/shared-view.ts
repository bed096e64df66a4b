// The shared page as one person sees it, whatever their browser is driven by. Points are CSS pixels of the website, pictures are
// decoded pixels.

import { expect } from "@playwright/test";
import { type Box, crop, difference, variation } from "./pixels.ts";
import type { Pixels } from "./png.ts";

/** Above this a picture shows something. A blank canvas has 0. */
const SOMETHING = 8;
/** Share of a field's pixels that a caret has. */
const CARET = 0.002;

export abstract class SharedView {
  /** What is seen now; undefined without a canvas. */
  abstract picture(): Promise<Pixels | undefined>;
  /** The size of the website's viewport, CSS pixels. */
  abstract viewport(): Promise<{ width: number; height: number }>;
  /** Where the canvas is in the window, if it is shown. */
  protected abstract place(): Promise<Box | undefined>;

  abstract click(x: number, y: number): Promise<void>;
  /** Presses at the first point, moves through the others, releases. */
  abstract drag(points: readonly (readonly [number, number])[]): Promise<void>;
  abstract wheel(x: number, y: number, dy: number): Promise<void>;
  abstract type(text: string): Promise<void>;
  /** "Enter", "Control+a". */
  abstract press(key: string): Promise<void>;

  async showsSomething(): Promise<void> {
    await expect.poll(() => this.variation(), { timeout: 30_000 }).toBeGreaterThan(SOMETHING);
  }

  async isBlank(within = 5_000): Promise<void> {
    await expect.poll(() => this.variation(), { timeout: within, intervals: [50] }).toBeLessThan(SOMETHING);
  }

  /** A point of the website as a point of this person's window. */
  async toWindow(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await this.place();
    if (!box) throw new Error("the canvas is not shown");
    const size = await this.viewport();
    return { x: box.x + (x * box.width) / size.width, y: box.y + (y * box.height) / size.height };
  }

  /** The decoded pixels of a part of the website. */
  async part(box: Box): Promise<Pixels | undefined> {
    const picture = await this.picture();
    if (!picture) return undefined;
    const size = await this.viewport();
    const scale = picture.width / size.width;
    return crop(picture, { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale });
  }

  /** A part of the picture once it stands: three looks in a row give the same, but for a caret that blinks. */
  async settled(box: Box): Promise<Pixels> {
    let last = await this.part(box);
    let alike = 0;
    const look = async () => {
      const now = await this.part(box);
      alike = last && now && difference(last, now) < CARET ? alike + 1 : 0;
      last = now;
      return alike;
    };
    await expect.poll(look, { intervals: [200] }).toBeGreaterThanOrEqual(3);
    return last!;
  }

  /** Acts, and waits until a part of the picture differs from what it was in more than `share` of its pixels. */
  async changes(part: Box, act: () => Promise<void>, share: number): Promise<void> {
    const before = await this.part(part);
    await act();
    const apart = async () => difference(before!, (await this.part(part))!, 24);
    await expect.poll(apart).toBeGreaterThan(share);
  }

  private async variation(): Promise<number> {
    const picture = await this.picture();
    return picture ? variation(picture) : 0;
  }
}
