// What is on the page of a window: found by test ids, seen, read and pressed as people do.

import { expect } from "@playwright/test";
import type { Box } from "../harness/pixels.ts";
import { click, type } from "./actions.ts";
import type { Window } from "./window.ts";

/** Bounds hangs alone: this machine may have four browsers and a compiler at work. */
const LOOK = { timeout: 40_000 };
const byTestId = (id: string) => `[data-testid=${id}]`;

export class Elements {
  constructor(private readonly window: Window) {}

  /** Where an element is that can be seen, in the window; undefined otherwise. */
  async place(id: string): Promise<Box | undefined> {
    const found = await this.window.evaluate<Box | null>(`(() => {
      const element = document.querySelector(${JSON.stringify(byTestId(id))});
      if (!element) return null;
      const { x, y, width, height } = element.getBoundingClientRect();
      const seen = width > 0 && height > 0 && getComputedStyle(element).visibility === "visible";
      return seen ? { x, y, width, height } : null;
    })()`);
    return found ?? undefined;
  }

  async sees(id: string): Promise<void> {
    await expect.poll(() => this.place(id), { ...LOOK, message: `${id} is seen` }).toBeDefined();
  }

  async text(id: string): Promise<string> {
    return (await this.window.evaluate<string | null>(`document.querySelector(${JSON.stringify(byTestId(id))})?.textContent ?? null`)) ?? "";
  }

  /** All that the page says. */
  said(): Promise<string> {
    // Between two pages there is no body.
    return this.window.evaluate(`document.body?.innerText ?? ""`);
  }

  /** Waits until the page says something. */
  async says(text: string): Promise<void> {
    await expect.poll(() => this.said(), LOOK).toContain(text);
  }

  async presses(id: string): Promise<void> {
    await this.pressesAt(byTestId(id));
  }

  /** Presses an element once it can be pressed: it is enabled, and nothing lies over its middle. */
  async pressesAt(selector: string): Promise<void> {
    const free = () => this.window.evaluate<Box | null>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      if (!element || element.disabled) return null;
      element.scrollIntoView({ block: "nearest" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(x + width / 2, y + height / 2)) ? { x, y, width, height } : null;
    })()`);
    let box: Box | null = null;
    await expect.poll(async () => (box = await free()), { ...LOOK, message: `${selector} can be pressed` }).not.toBeNull();
    await this.window.act(click(middle(box!)));
  }

  async fills(id: string, text: string): Promise<void> {
    await this.presses(id);
    await this.window.act(type(text));
    const value = () => this.window.evaluate<string>(`document.querySelector(${JSON.stringify(byTestId(id))}).value`);
    await expect.poll(async () => (await value()).replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }
}

function middle({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}
