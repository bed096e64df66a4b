// A person at a window of another engine: through what they see and press, nothing else. What people of Chromium do with
// Playwright (harness/people.ts), done with the W3C's protocols.

import { expect } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { variation } from "../harness/pixels.ts";
import { decodePng } from "../harness/png.ts";
import type { AgentsSide, EndUsersSide } from "../harness/sides.ts";
import type { Product, SignIn } from "../harness/product.ts";
import { Elements } from "./elements.ts";
import { WindowView } from "./window-view.ts";
import type { Window } from "./window.ts";

/** What people are told at the door whose pictures will come as JPEG. */
export const SIMPLER = "in a simpler way";

export class Person implements EndUsersSide, AgentsSide {
  readonly elements: Elements;
  readonly shared: WindowView;

  constructor(
    readonly window: Window,
    private readonly pathOf: (name: string) => string,
  ) {
    this.elements = new Elements(window);
    this.shared = new WindowView(window, this.elements);
  }

  /** The browser's own sandbox holds its processes. One that starts ahead of its page gets its filter a moment later. */
  async isConfined(): Promise<void> {
    await expect.poll(() => this.window.unconfined()).toEqual([]);
  }

  /** Waits until the window shows something, on a page without a shared one. One colour alone varies by 0. */
  async seesSomething(): Promise<void> {
    await expect.poll(async () => variation(decodePng(await this.window.png()))).toBeGreaterThan(1);
  }

  /** Keeps what this person sees now, for people who ask for pictures; each takes an engine without a graphics card a while. */
  async keeps(name: string, asked = process.env["FLOWS_PICTURES"] !== undefined): Promise<void> {
    if (asked) writeFileSync(this.pathOf(`${name}.png`), await this.window.png());
  }

  async seesTheEnd(): Promise<void> {
    await this.elements.sees("end-reason");
  }

  // As an end user.

  /** From the website to the door. */
  async arrives(address: string): Promise<void> {
    await this.window.open(address);
    await this.elements.pressesAt("#help");
  }

  /** The PIN, once it is asked for at the door. */
  async starts(): Promise<string> {
    await this.elements.presses("start-button");
    await this.elements.sees("pin");
    return (await this.elements.text("pin")).replace(/\D/g, "");
  }

  async asksForHelp(address: string): Promise<string> {
    await this.arrives(address);
    return this.starts();
  }

  async allows(): Promise<void> {
    await this.elements.sees("allow-name");
    await this.elements.presses("allow");
  }

  async stops(): Promise<void> {
    await this.elements.presses("stop");
  }

  async continues(): Promise<void> {
    await this.elements.presses("continue");
  }

  async ends(): Promise<void> {
    await this.stops();
    await this.elements.presses("end");
    await this.seesTheEnd();
  }

  // As an agent.

  async signsIn(stack: Product, who: SignIn): Promise<void> {
    await this.window.open(`${stack.console}/agent`);
    await this.elements.fills("agent-signin-email", who.email);
    await this.elements.fills("agent-signin-password", who.password);
    await this.elements.presses("agent-signin-submit");
    await this.elements.sees("pin-input");
  }

  async entersPin(pin: string): Promise<void> {
    await this.elements.fills("pin-input", pin);
    await this.elements.presses("pin-submit");
  }

  async waits(): Promise<void> {
    await this.elements.sees("waiting");
    expect(await this.shared.picture()).toBeUndefined();
  }
}
