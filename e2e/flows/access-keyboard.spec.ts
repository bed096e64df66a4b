// Both people by keyboard alone: no mouse, no touch. The focus is always seen, nothing holds it, and what happens is said.

import { expect, type Page } from "@playwright/test";
import { test } from "../harness/fixtures.ts";
import { focusIsSeen, press, types } from "../harness/keyboard.ts";
import { Agent, EndUser } from "../harness/people.ts";

async function onTheStage(page: Page): Promise<boolean> {
  return page.evaluate(() => document.activeElement?.classList.contains("stage-field") ?? false);
}

test("the end user by keyboard alone: PIN, Allow, the page, Stop, Continue, End", async ({ stack, endUser, agent }) => {
  test.setTimeout(150_000);
  const { page } = endUser;
  await page.goto(`${stack.shop}/lab/keys`);
  await page.locator("#help").focus();
  await page.keyboard.press("Enter");
  await press(page, "start-button");
  await expect(endUser.byTestId("pin")).toBeVisible();
  await agent.entersPin(((await endUser.byTestId("pin").textContent()) ?? "").replace(/\D/g, ""));

  // The knock takes the focus into its dialog, whose name says who asks.
  await expect(page.getByRole("dialog", { name: /Ana Costa|Sam de Vries|Lee Park/ })).toBeFocused();
  await press(page, "allow");
  await endUser.shared.showsSomething();
  await expect(endUser.byTestId("live-status")).toHaveText("The shared page is shown");

  await expect.poll(() => onTheStage(page)).toBe(true);
  await focusIsSeen(page);
  // The website's own link past its navigation, and on to the field.
  for (const key of ["Tab", "Enter", "Tab"]) await page.keyboard.press(key);
  await expect.poll(() => stack.state().where.focus).toBe("keys");
  await page.keyboard.type("Ada");
  // The page tells after each key, and what it tells may arrive in another order.
  await expect.poll(() => stack.state().acts.filter((act) => act["act"] === "typed").map((act) => act["text"])).toContain("Ada");

  // F6 leaves the page, and comes back to it.
  expect(await onTheStage(page)).toBe(true);
  await page.keyboard.press("F6");
  await expect(endUser.byTestId("stop")).toBeFocused();
  await focusIsSeen(page);
  await page.keyboard.press("F6");
  expect(await onTheStage(page)).toBe(true);
  await page.keyboard.press("F6");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toBeFocused();
  await agent.shared.isBlank();
  await expect(agent.page.getByRole("status").filter({ hasText: "Stopped by the customer" })).toHaveCount(1);
  await press(page, "continue");
  await agent.shared.showsSomething();
  await expect(endUser.byTestId("stop")).toBeFocused();

  await page.keyboard.press("Enter");
  await press(page, "end");
  await expect(endUser.byTestId("message-title")).toBeFocused();
  await expect(agent.byTestId("message-title")).toBeFocused();
  await press(page, "return");
  await page.waitForURL(/\/lab\/keys#main$/);
});

test("the agent by keyboard alone: sign in, PIN, highlight, message, leave", async ({ browser, stack, endUser }) => {
  test.setTimeout(150_000);
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  const by = (id: string) => page.getByTestId(id);
  const { email, password } = stack.signIn("northwind");
  await page.goto(`${stack.console}/agent`);
  await expect(by("agent-signin-email")).toBeVisible();
  await types(page, "agent-signin-email", email);
  await types(page, "agent-signin-password", password);
  await page.keyboard.press("Enter");

  await expect(by("pin-input")).toBeFocused();
  await page.keyboard.type(await endUser.asksForHelp(`${stack.shop}/`));
  await page.keyboard.press("Enter");
  await expect(by("message-title")).toBeFocused();
  await endUser.allows();
  await expect(by("live-status")).toHaveText("The shared page is shown", { timeout: 30_000 });
  await expect.poll(() => onTheStage(page)).toBe(true);

  // From the page to the buttons, a tool, back to the page, and a highlight in its middle.
  await page.keyboard.press("F6");
  await expect(by("agent-leave")).toBeFocused();
  await press(page, "tool-highlight", "Space");
  await page.keyboard.press("F6");
  expect(await onTheStage(page)).toBe(true);
  await page.keyboard.press("ArrowUp");
  await expect(page.locator(".key-spot")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(endUser.page.locator(".guidance .mark")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(by("tool-act")).toHaveAttribute("aria-pressed", "true");

  await page.keyboard.press("F6");
  await press(page, "panel-chat");
  await expect(by("chat-input")).toBeFocused();
  await page.keyboard.type("Look at this");
  await page.keyboard.press("Enter");
  await expect(endUser.page.getByRole("status").filter({ hasText: "Look at this" })).toHaveCount(1);

  await press(page, "agent-leave");
  await press(page, "end");
  await expect(by("message-title")).toBeFocused();
  await expect(endUser.byTestId("message-title")).toBeFocused();
  await context.close();
});

test("nothing moves for those who want no motion, and all fits at a zoom of 200 %", async ({ browser, stack }) => {
  test.setTimeout(150_000);
  // A window of 1280 by 800 at 200 %.
  const options = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, reducedMotion: "reduce" } as const;
  const endUser = await EndUser.arrive(browser, options);
  const agent = await Agent.signIn(browser, stack, stack.signIn("northwind"), options);
  // What jumps is over within a frame or two; what moves is not.
  const moving = () => document.getAnimations().filter((one) => one.playState === "running").length;
  const still = (page: Page) => expect.poll(() => page.evaluate(moving), { timeout: 2_000 }).toBe(0);
  const fits = async (page: Page, ...ids: string[]) => {
    await still(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    for (const id of ids) {
      await page.getByTestId(id).scrollIntoViewIfNeeded();
      // Whole, but for a part of a pixel.
      await expect(page.getByTestId(id)).toBeInViewport({ ratio: 0.98 });
    }
  };
  const pin = await endUser.asksForHelp(`${stack.shop}/`);
  await fits(endUser.page, "pin", "stop");
  await agent.entersPin(pin);
  await expect(agent.byTestId("waiting")).toBeVisible();
  await fits(agent.page, "waiting");
  await expect(endUser.byTestId("allow")).toBeVisible();
  await fits(endUser.page, "permit-act", "allow", "deny", "stop");
  await endUser.allows();
  await endUser.shared.showsSomething();
  await agent.shared.showsSomething();
  await fits(endUser.page, "stop", "panel-people", "panel-chat");
  await fits(agent.page, "agent-leave", "tool-act", "tool-clear", "panel-chat");
  await endUser.byTestId("stop").click();
  await fits(endUser.page, "continue", "end");
  await endUser.ends();
  await fits(endUser.page, "return");
  await endUser.context.close();
  await agent.context.close();
});
