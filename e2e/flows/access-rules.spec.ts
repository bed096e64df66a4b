// Every screen of the product is accessible as far as a machine can tell. Two walks see each language, each size (a desktop and a
// phone of 360 pixels) and each colour scheme. With each screen: nothing is cut off sideways, and Stop can be pressed wherever it
// must be.

import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { accessible, stopIsThere } from "../harness/axe.ts";
import { expect, test } from "../harness/fixtures.ts";
import { workersLack } from "../harness/lesser-browser.ts";
import { Link } from "../harness/link.ts";
import { Oracle } from "../harness/oracle.ts";
import { Agent, EndUser } from "../harness/people.ts";
import { wrong } from "../harness/pin.ts";
import type { Product } from "../harness/product.ts";

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const walks: readonly [string, BrowserContextOptions][] = [
  ["in English on a desktop", { ...desktop, locale: "en-GB" }],
  ["in Dutch on a phone, dark", { ...phone, locale: "nl-NL", colorScheme: "dark" }],
];

/** The words of the first page, so that a walk that is not in its language fails. */
const TITLE = { "en-GB": "What would you like to do?", "nl-NL": "Wat wilt u doen?" } as const;

// Here PINs are guessed until the agent is locked out.
test.use({ stackOptions: {} });

for (const [where, options] of walks) {
  test(`pages without a session are accessible, ${where}`, async ({ browser, stack }) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await endUsersPages(page, stack, TITLE[options.locale as keyof typeof TITLE]);
    await agentsPages(page, stack);
    await context.close();
  });

  test(`a session is accessible, ${where}`, async ({ browser, stack }) => {
    test.setTimeout(240_000);
    await session(browser, stack, options);
  });
}

async function endUsersPages(page: Page, stack: Product, title: string): Promise<void> {
  await page.goto(stack.console);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await accessible(page, "first page");
  await page.goto(`${stack.console}/start`);
  await expect(page.getByTestId("start-page").first()).toBeVisible();
  await accessible(page, "choice of websites");
  await page.goto(`${stack.console}/nowhere`);
  await expect(page.getByTestId("message-title")).toBeVisible();
  await accessible(page, "unknown page");
  await arrive(page, stack, `${stack.shop}/`);
  await expect(page.getByTestId("start-button")).toBeVisible();
  await accessible(page, "what will happen");
  await arrive(page, stack, "https://elsewhere.example/");
  await expect(page.getByTestId("message-title")).toBeVisible();
  await accessible(page, "website that is not supported");
  const old = await page.context().newPage();
  await workersLack(old, "OffscreenCanvas");
  await arrive(old, stack, `${stack.shop}/`);
  await expect(old.getByTestId("message-title")).toBeVisible();
  await accessible(old, "browser that cannot");
  await old.close();
}

/** A new load each time: an address that differs in its fragment alone loads nothing. */
async function arrive(page: Page, stack: Product, site: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${stack.console}/start#url=${encodeURIComponent(site)}`);
}

async function agentsPages(page: Page, stack: Product): Promise<void> {
  const { email, password } = stack.signIn("northwind");
  const by = (id: string) => page.getByTestId(id);
  const signIn = async (secret: string) => {
    await by("agent-signin-email").fill(email);
    await by("agent-signin-password").fill(secret);
    await by("agent-signin-submit").click();
  };
  await page.goto(`${stack.console}/agent`);
  await expect(by("agent-signin-email")).toBeVisible();
  await accessible(page, "signing in");
  await signIn("not the password");
  await expect(by("message-title")).toBeVisible();
  await accessible(page, "wrong password");
  await signIn(password);
  await expect(by("pin-input")).toBeVisible();
  await accessible(page, "enter the PIN");
  await by("pin-input").fill("12");
  await by("pin-submit").click();
  await accessible(page, "a PIN that is too short");
  await by("join-way").click();
  await accessible(page, "enter an invitation");
  await by("invitation-input").fill("nonsense");
  await by("invitation-submit").click();
  await accessible(page, "no invitation");
  await by("join-way").click();
  for (let tried = 0; tried < 12 && !(await by("pin-again").isVisible()); tried += 1) {
    await by("pin-input").fill(String(100_000 + tried));
    await by("pin-submit").click();
    await expect(by("message-title")).toBeVisible();
    await expect(by("pin-again").or(page.locator('[data-testid=pin-input][value=""]'))).toBeVisible();
    if (tried === 0) await accessible(page, "wrong PIN");
  }
  await expect(by("pin-again")).toBeVisible();
  await accessible(page, "locked");
  await page.evaluate(() => sessionStorage.setItem("cobrowse.agent", JSON.stringify({ sessionId: `s-${"0".repeat(32)}` })));
  await page.reload();
  await expect(by("message-title")).toBeVisible();
  await expect(by("pin-again")).toBeHidden();
  await accessible(page, "session that is over");
}

async function session(browser: Browser, stack: Product, options: BrowserContextOptions): Promise<void> {
  const link = await Link.to(stack.console);
  const endUser = await EndUser.arrive(browser, options);
  const agent = await Agent.signIn(browser, stack, stack.signIn("northwind"), options);
  const pin = await endUser.asksForHelp(`${stack.shop}/lab/dialogs`, link.origin);
  await both(endUser, "the PIN");
  await agent.entersPin(wrong(pin));
  await agent.isRefused();
  await agent.entersPin(pin);
  await expect(agent.byTestId("waiting")).toBeVisible();
  await accessible(agent.page, "waiting for Allow");
  await expect(endUser.byTestId("allow-dialog")).toBeVisible();
  await both(endUser, "Allow");
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  await both(endUser, "live, end user");
  await accessible(agent.page, "live, agent");

  await panels(endUser, agent);
  await questions(browser, stack, endUser, agent);

  await endUser.byTestId("stop").click();
  await expect(endUser.byTestId("stopped")).toBeVisible();
  await expect(agent.byTestId("blanked")).toBeVisible();
  await accessible(endUser.page, "stopped");
  await accessible(agent.page, "stopped, agent");
  await endUser.byTestId("continue").click();
  await agent.shared.showsSomething();

  link.cut();
  await expect(endUser.byTestId("link-lost")).toBeVisible();
  await both(endUser, "connection lost");
  link.mend();
  await endUser.shared.showsSomething();

  await agent.byTestId("agent-leave").click();
  await accessible(agent.page, "leaving");
  await agent.byTestId("end").click();
  await expect(agent.byTestId("end-reason")).toBeVisible();
  await accessible(agent.page, "the end, agent");
  await expect(endUser.byTestId("end-reason")).toBeVisible();
  await accessible(endUser.page, "the end, end user");
  await endUser.context.close();
  await agent.context.close();
  await link.end();
}

async function both(endUser: EndUser, what: string): Promise<void> {
  await accessible(endUser.page, what);
  await stopIsThere(endUser.page, what);
}

async function panels(endUser: EndUser, agent: Agent): Promise<void> {
  await endUser.opens("panel-people");
  await both(endUser, "people and switches");
  await endUser.byTestId("invite").click();
  await both(endUser, "inviting");
  await endUser.byTestId("invite-make").click();
  await expect(endUser.byTestId("invitation")).toBeVisible();
  await both(endUser, "invitation");
  await endUser.page.keyboard.press("Escape");
  await endUser.opens("panel-people");
  await agent.opens("panel-chat");
  await agent.say("Shall we look at this together?");
  await accessible(agent.page, "messages, agent");
  await agent.opens("panel-chat");
  await endUser.opens("panel-chat");
  await expect(endUser.page.getByText("Shall we look at this together?")).toBeVisible();
  await both(endUser, "messages");
  await endUser.opens("panel-chat");
}

/** A question of the page, and one of a tool. */
async function questions(browser: Browser, stack: Product, endUser: EndUser, agent: Agent): Promise<void> {
  const oracle = await Oracle.look(browser, `${stack.shop}/lab/dialogs`, await agent.shared.viewport());
  const confirm = await oracle.middle("[data-dialog=confirm]");
  await agent.shared.click(...confirm);
  await expect(endUser.byTestId("page-dialog")).toBeVisible();
  await both(endUser, "question of the page");
  await accessible(agent.page, "question of the page, agent");
  await endUser.byTestId("dialog-ok").click();
  await expect(agent.byTestId("page-dialog")).toBeHidden();
  await agent.byTestId("tool-text").click();
  await agent.shared.click(...confirm);
  await expect(agent.byTestId("text-input")).toBeVisible();
  await accessible(agent.page, "text to place");
  await agent.page.keyboard.press("Escape");
  await agent.byTestId("tool-act").click();
  await oracle.close();
}
