// The end user and the agent as they act in their own browsers: through what they see and press, nothing else.

import { type Browser, type BrowserContext, type BrowserContextOptions, expect, type Page } from "@playwright/test";
import { SharedPage } from "./shared-page.ts";
import type { AgentsSide, EndUsersSide } from "./sides.ts";
import type { Product, SignIn } from "./product.ts";
import { Tap } from "./tap.ts";

/** An end user's phone. */
export const phone: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

abstract class Person {
  readonly shared: SharedPage;

  protected constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly tap: Tap,
  ) {
    this.shared = new SharedPage(page);
  }

  byTestId(id: string) {
    return this.page.getByTestId(id);
  }

  async seesTheEnd(): Promise<void> {
    await expect(this.byTestId("end-reason")).toBeVisible();
  }

  /** The full-page message at the end or after an error. */
  async message(): Promise<string> {
    return (await this.byTestId("message-title").textContent()) ?? "";
  }

  /** Opens a panel beside the page. */
  async opens(button: string): Promise<void> {
    await this.byTestId(button).click();
  }

  async say(text: string): Promise<void> {
    await this.byTestId("chat-input").fill(text);
    await this.byTestId("chat-input").press("Enter");
  }
}

export class EndUser extends Person implements EndUsersSide {
  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<EndUser> {
    const context = await browser.newContext({ viewport: { width: 1024, height: 820 }, acceptDownloads: true, ...options });
    const page = await context.newPage();
    return new EndUser(context, page, new Tap(page));
  }

  /** From the website to a PIN, by its help button, or by another way to the door. Returns the digits. */
  async asksForHelp(address: string, door?: string): Promise<string> {
    if (door) await this.page.goto(`${door}/start#url=${encodeURIComponent(address)}`);
    else await this.fromTheSite(address);
    await this.byTestId("start-button").click();
    const pin = this.byTestId("pin");
    await expect(pin).toBeVisible();
    return ((await pin.textContent()) ?? "").replace(/\D/g, "");
  }

  async stops(): Promise<void> {
    await this.byTestId("stop").click();
  }

  async continues(): Promise<void> {
    await this.byTestId("continue").click();
  }

  /** Stop, and then End. */
  async ends(): Promise<void> {
    if (!(await this.byTestId("end").isVisible())) await this.stops();
    await this.byTestId("end").click();
    await this.seesTheEnd();
  }

  private async fromTheSite(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.locator("#help").click();
  }

  /** Checks whose name asks, and allows. */
  async allows(name?: RegExp): Promise<void> {
    await expect(this.byTestId("allow-name")).toBeVisible();
    if (name) await expect(this.byTestId("allow-name")).toHaveText(name);
    await this.byTestId("allow").click();
  }
}

export class Agent extends Person implements AgentsSide {
  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Agent> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 860 }, ...options });
    const page = await context.newPage();
    return new Agent(context, page, new Tap(page));
  }

  static async signIn(browser: Browser, stack: Product, who: SignIn, options: BrowserContextOptions = {}, door = stack.console): Promise<Agent> {
    const agent = await Agent.arrive(browser, options);
    await agent.page.goto(`${door}/agent`);
    await agent.byTestId("agent-signin-email").fill(who.email);
    await agent.byTestId("agent-signin-password").fill(who.password);
    await agent.byTestId("agent-signin-submit").click();
    await expect(agent.byTestId("pin-input")).toBeVisible();
    return agent;
  }

  async entersPin(pin: string): Promise<void> {
    await this.byTestId("pin-input").fill(pin);
    await this.byTestId("pin-submit").click();
  }

  async waits(): Promise<void> {
    await expect(this.byTestId("waiting")).toBeVisible();
    await expect(this.shared.canvas).toBeHidden();
  }

  /** Leaves, which ends the session for both. */
  async ends(): Promise<void> {
    await this.byTestId("agent-leave").click();
    await this.byTestId("end").click();
    await this.seesTheEnd();
  }

  /** A PIN was refused, on the page of the PIN or on one of its own. */
  async isRefused(): Promise<void> {
    const again = this.byTestId("pin-again");
    const emptied = this.page.locator('[data-testid=pin-input][value=""]');
    await expect(again.or(emptied)).toBeVisible();
    await expect(this.byTestId("message-title")).toBeVisible();
    await expect(this.shared.canvas).toBeHidden();
  }
}
