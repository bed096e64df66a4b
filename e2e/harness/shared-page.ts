// The shared page in a browser that Playwright drives, with what only such a one can do: fingers.

import { expect, type Locator, type Page } from "@playwright/test";
import type { Box } from "./pixels.ts";
import { decodePng, type Pixels } from "./png.ts";
import { SharedView } from "./shared-view.ts";

export class SharedPage extends SharedView {
  readonly canvas: Locator;

  constructor(private readonly page: Page) {
    super();
    this.canvas = page.getByTestId("live-canvas");
  }

  async picture(): Promise<Pixels | undefined> {
    const box = (await this.canvas.isVisible()) && (await this.canvas.boundingBox());
    if (!box) return undefined;
    // The place on the page, not the element: that one is waited for until it stands still, over frames that a busy machine lacks.
    return decodePng(await this.page.screenshot({ animations: "allow", clip: box }));
  }

  async viewport(): Promise<{ width: number; height: number }> {
    const size = await this.canvas.evaluate((canvas) => {
      const told = canvas.closest<HTMLElement>("[data-page-width]")?.dataset;
      return { width: Number(told?.["pageWidth"]), height: Number(told?.["pageHeight"]) };
    });
    if (!size.width || !size.height) throw new Error("the canvas does not tell the page's size");
    return size;
  }

  /** Waits until the website is as large as the room for it in the end user's window, which is this person's, and gives that size. */
  async fills(): Promise<{ width: number; height: number }> {
    const area = this.page.locator(".stage-area");
    await expect.poll(async () => {
      const [room, size] = [await area.boundingBox(), await this.viewport()];
      return room && [Math.floor(room.width) - size.width, Math.floor(room.height) - size.height];
    }).toEqual([0, 0]);
    return this.viewport();
  }

  protected async place(): Promise<Box | undefined> {
    return (await this.canvas.boundingBox()) ?? undefined;
  }

  async click(x: number, y: number, button: "left" | "right" = "left"): Promise<void> {
    const at = await this.toWindow(x, y);
    await this.page.mouse.click(at.x, at.y, { button });
  }

  async tap(x: number, y: number): Promise<void> {
    const at = await this.toWindow(x, y);
    await this.page.touchscreen.tap(at.x, at.y);
  }

  /** Waits until the protected field at this point is seen to have the focus: a frame of another site gets it a moment after the press. */
  async hasFocusAt(x: number, y: number): Promise<void> {
    const at = await this.toWindow(x, y);
    const focused = async () => {
      const boxes = await Promise.all((await this.page.locator(".protected-field[data-focused]").all()).map((field) => field.boundingBox()));
      return boxes.map((box) => box !== null && at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + box.height);
    };
    await expect.poll(focused).toEqual([true]);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async wheel(x: number, y: number, dy: number): Promise<void> {
    const at = await this.toWindow(x, y);
    await this.page.mouse.move(at.x, at.y);
    await this.page.mouse.wheel(0, dy);
  }

  async drag(points: readonly (readonly [number, number])[]): Promise<void> {
    for (const [index, [x, y]] of points.entries()) {
      const at = await this.toWindow(x, y);
      await this.page.mouse.move(at.x, at.y, { steps: index === 0 ? 1 : 8 });
      if (index === 0) await this.page.mouse.down();
    }
    await this.page.mouse.up();
  }

  /** Puts one finger down; what is given back lifts it. */
  async holds(x: number, y: number): Promise<() => Promise<void>> {
    const touch = await this.page.context().newCDPSession(this.page);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [await this.toWindow(x, y)] });
    return async () => {
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await touch.detach();
    };
  }

  /** Scrolls with one finger, at most half the picture's height. */
  async swipe(dy: number): Promise<void> {
    const { width, height } = await this.viewport();
    const way = Math.max(-height / 2, Math.min(height / 2, dy));
    const [from, to] = [height / 2 + way / 2, height / 2 - way / 2];
    const steps = 12;
    const window = (step: number) => this.toWindow(width / 2, from + ((to - from) * step) / steps);
    const [start, ...path] = await Promise.all(Array.from({ length: steps + 1 }, (_, step) => window(step)));
    const touch = await this.page.context().newCDPSession(this.page);
    const send = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]) =>
      touch.send("Input.dispatchTouchEvent", { type, touchPoints });
    // The finger moves as soon as it is down: one that rests for half a second is a long press, which opens the page's menu.
    await Promise.all([send("touchStart", start!), send("touchMove", path[0]!)]);
    for (const point of path.slice(1)) await send("touchMove", point);
    await send("touchEnd");
    await touch.detach();
  }
}
