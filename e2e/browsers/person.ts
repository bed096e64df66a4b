// A person at a window of another engine: through what they see and press, nothing else. What people of Chromium do with
// Playwright (harness/people.ts), done with the W3C's protocols.

import { expect } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { type Box, crop, variation } from "../harness/pixels.ts";
import { decodePng, type Pixels } from "../harness/png.ts";
import type { SignIn, Stack } from "../harness/stack.ts";
import { click, drag, press, type } from "./actions.ts";
import type { Window } from "./window.ts";

/** Above this a picture shows something. A blank canvas has 0. */
const SOMETHING = 8;
/** Bounds hangs alone: this machine may have four browsers and a compiler at work. */
const LOOK = { timeout: 40_000 };
const byTestId = (id: string) => `[data-testid=${id}]`;
const CANVAS = byTestId("live-canvas");

export class Person {
  constructor(
    readonly window: Window,
    private readonly pathOf: (name: string) => string,
  ) {}

  /** The browser's own sandbox holds its processes. One that starts ahead of its page gets its filter a moment later. */
  async isConfined(): Promise<void> {
    await expect.poll(() => this.window.unconfined(), LOOK).toEqual([]);
  }

  /** Where an element is that can be seen and is not covered, in the window; undefined otherwise. */
  async place(selector: string): Promise<Box | undefined> {
    const found = await this.window.evaluate<Box | null>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      if (!element) return null;
      const { x, y, width, height } = element.getBoundingClientRect();
      const seen = width > 0 && height > 0 && getComputedStyle(element).visibility === "visible";
      return seen ? { x, y, width, height } : null;
    })()`);
    return found ?? undefined;
  }

  async sees(id: string): Promise<void> {
    await expect.poll(() => this.place(byTestId(id)), LOOK).toBeDefined();
  }

  async text(id: string): Promise<string> {
    return (await this.window.evaluate<string | null>(`document.querySelector(${JSON.stringify(byTestId(id))})?.textContent ?? null`)) ?? "";
  }

  /** All that the page says. */
  async said(): Promise<string> {
    return this.window.evaluate<string>("document.body.innerText");
  }

  async presses(selector: string): Promise<void> {
    const free = () => this.window.evaluate<boolean>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      if (!element || element.disabled) return false;
      element.scrollIntoView({ block: "nearest" });
      const box = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
    })()`);
    await expect.poll(free, { ...LOOK, message: `${selector} can be pressed` }).toBe(true);
    const box = await this.place(selector);
    await this.window.act(click(middle(box!)));
  }

  async fills(id: string, text: string): Promise<void> {
    await this.presses(byTestId(id));
    await this.types(text);
    const value = () => this.window.evaluate<string>(`document.querySelector(${JSON.stringify(byTestId(id))}).value`);
    await expect.poll(async () => (await value()).replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }

  async types(text: string): Promise<void> {
    await this.window.act(type(text));
  }

  async strikes(key: string): Promise<void> {
    await this.window.act(press(key));
  }

  // As an end user.

  async arrives(address: string): Promise<void> {
    await this.window.open(address);
    await this.presses("#help");
  }

  async asksForHelp(address: string): Promise<string> {
    await this.arrives(address);
    await this.presses(byTestId("start-button"));
    await this.sees("pin");
    return (await this.text("pin")).replace(/\D/g, "");
  }

  async allows(): Promise<void> {
    await this.sees("allow-name");
    await this.presses(byTestId("allow"));
  }

  async pressesId(id: string): Promise<void> {
    await this.presses(byTestId(id));
  }

  // As an agent.

  async signsIn(stack: Stack, who: SignIn): Promise<void> {
    await this.window.open(`${stack.console}/agent`);
    await this.sees("agent-signin-email");
    await this.fills("agent-signin-email", who.email);
    await this.fills("agent-signin-password", who.password);
    await this.presses(byTestId("agent-signin-submit"));
    await this.sees("pin-input");
  }

  // The shared page.

  /** The decoded pixels of the shared page; undefined without one. */
  async picture(): Promise<Pixels | undefined> {
    const box = await this.place(CANVAS);
    return box ? crop(decodePng(await this.window.png()), box) : undefined;
  }

  async showsSomething(): Promise<void> {
    const look = async () => {
      const picture = await this.picture();
      return picture ? variation(picture) : 0;
    };
    await expect.poll(look, LOOK).toBeGreaterThan(SOMETHING);
  }

  /** The size of the website's viewport, CSS pixels. */
  viewport(): Promise<{ width: number; height: number }> {
    return this.window.evaluate(`(({ pageWidth, pageHeight }) => ({ width: Number(pageWidth), height: Number(pageHeight) }))(document.querySelector(${JSON.stringify(CANVAS)}).closest("[data-page-width]").dataset)`);
  }

  async clicks(x: number, y: number): Promise<void> {
    await this.window.act(click(await this.toWindow(x, y)));
  }

  async drags(points: readonly (readonly [number, number])[]): Promise<void> {
    const spots = [];
    for (const [x, y] of points) spots.push(await this.toWindow(x, y));
    await this.window.act(drag(spots));
  }

  private async toWindow(x: number, y: number) {
    const box = await this.place(CANVAS);
    if (!box) throw new Error("the canvas is not shown");
    const size = await this.viewport();
    return { x: box.x + (x * box.width) / size.width, y: box.y + (y * box.height) / size.height };
  }

  /** Keeps what this person sees now, for people to look at. */
  async keeps(name: string): Promise<void> {
    writeFileSync(this.pathOf(`${name}.png`), await this.window.png());
  }
}

function middle({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}
