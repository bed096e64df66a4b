// The website itself in an ordinary browser of the same size: where things are, and what the shared page must look like.

import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import { decodePng, type Pixels } from "./png.ts";
import { type Box, unlike } from "./pixels.ts";
import type { SharedView } from "./shared-view.ts";

export class Oracle {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async look(browser: Browser, address: string, viewport: { width: number; height: number }): Promise<Oracle> {
    const context = await browser.newContext({ viewport, locale: "en-GB" });
    const page = await context.newPage();
    // The site's own state must tell of the shared browser alone.
    await page.route("**/api/where", (route) => route.abort());
    await page.goto(address);
    return new Oracle(context, page);
  }

  /** Where an element is in the website's viewport. */
  async box(selector: string): Promise<Box> {
    const box = await this.page.locator(selector).boundingBox();
    if (!box) throw new Error(`${selector} is not on the page`);
    return box;
  }

  async middle(selector: string): Promise<[number, number]> {
    const box = await this.box(selector);
    return [box.x + box.width / 2, box.y + box.height / 2];
  }

  /** Where an element is in the website's whole document. */
  async place(selector: string): Promise<Box> {
    const box = await this.box(selector);
    const scrolled = await this.page.evaluate(() => scrollY);
    return { ...box, y: box.y + scrolled };
  }

  /** How far the website's document can be scrolled down in a viewport of this height. */
  async lowest(height: number): Promise<number> {
    return Math.max(0, (await this.page.evaluate(() => document.documentElement.scrollHeight)) - height);
  }

  async picture(): Promise<Pixels> {
    return decodePng(await this.page.screenshot());
  }

  /** Waits until a person sees what this browser shows, but for `share` of its pixels. */
  async isSeenBy(shared: Pick<SharedView, "picture">, share = 0.06): Promise<void> {
    const look = async () => {
      const seen = await shared.picture();
      return seen ? unlike(seen, await this.picture()) : 1;
    };
    await expect.poll(look, { timeout: 20_000 }).toBeLessThan(share);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
