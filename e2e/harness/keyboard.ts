// A person without a mouse: goes from one thing to the next with Tab, and sees at each where the focus is.

import { expect, type Page } from "@playwright/test";

/** The most presses of Tab to something: all that stands on a page. */
const TABS_MAX = 30;

/** Goes on with Tab until an element has the focus; at each stop the focus must be seen. */
export async function tabTo(page: Page, testId: string): Promise<void> {
  await expect(page.getByTestId(testId)).toBeVisible();
  for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
    const at = await page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
    if (at === testId) return;
    await page.keyboard.press("Tab");
    await focusIsSeen(page);
  }
  throw new Error(`Tab never came to ${testId}`);
}

export async function press(page: Page, testId: string, key = "Enter"): Promise<void> {
  await tabTo(page, testId);
  await page.keyboard.press(key);
}

/** Goes to a field and types into it. */
export async function types(page: Page, testId: string, text: string): Promise<void> {
  await tabTo(page, testId);
  await page.keyboard.type(text);
}

export async function focusIsSeen(page: Page): Promise<void> {
  const unseen = await page.evaluate(() => {
    const node = document.activeElement;
    if (!node || node === document.body) return undefined;
    // A switch shows it on its track, the stage on its own edge.
    const shown = [node, node.nextElementSibling, node.closest(".stage-area")].filter((one) => one !== null);
    const rings = shown.flatMap((one) => [getComputedStyle(one), getComputedStyle(one, "::after")]);
    const ring = rings.some(({ outlineStyle, outlineWidth, borderTopStyle, borderTopWidth, content }, index) =>
      index % 2 === 0 ? outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 : content !== "none" && borderTopStyle !== "none" && parseFloat(borderTopWidth) >= 2);
    return ring ? undefined : node.outerHTML.slice(0, 160);
  });
  expect(unseen, "the focus is seen").toBeUndefined();
}
