// What a machine can tell of accessibility on the page as it is now: axe's rules, that nothing is cut off sideways, and that
// Stop can be pressed where it must be. What it cannot tell, people look at: with FLOWS_PICTURES each page stays as a picture.

import axe from "axe-core";
import { expect, type Page } from "@playwright/test";

const PICTURES = new URL("../results/pictures/", import.meta.url).pathname;

/** Fails with each fault, and the elements that have it. */
export async function accessible(page: Page, what: string): Promise<void> {
  // It is half a megabyte, and a document keeps it.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  // What fades in is judged when it is there.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => undefined))));
  const faults = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  });
  if (process.env["FLOWS_PICTURES"] !== undefined) await page.screenshot({ path: `${PICTURES}${what.replace(/[^\p{L}\d]+/gu, "-")}.png` });
  expect(faults, what).toEqual([]);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(sideways, `${what}: nothing is cut off sideways`).toBeLessThanOrEqual(0);
}

/** Stop is on the screen and is what a press at its middle meets. */
export async function stopIsThere(page: Page, what: string): Promise<void> {
  const met = await page.getByTestId("stop").evaluate((stop) => {
    const { left, top, width, height } = stop.getBoundingClientRect();
    const whole = left >= 0 && top >= 0 && left + width <= innerWidth && top + height <= innerHeight;
    return whole && stop.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
  expect(met, `${what}: Stop can be pressed`).toBe(true);
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
