// A company's first administrator: from the Secret that whoever runs the installation reads, by the link in it, to an account and to one
// for an agent. The link works once, and its secret is afterwards nowhere.

import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { accessible } from "../harness/axe.ts";
import { expect, test as base } from "../harness/fixtures.ts";
import { press, tabTo, types } from "../harness/keyboard.ts";
import { Agent } from "../harness/people.ts";
import type { Product } from "../harness/product.ts";
import { disguises } from "../harness/tap.ts";
import { Platform } from "./platform.ts";

const COMPANY = "Tailspin Toys";
const PASSWORD = "seven quiet herons wade";
const desktop = { viewport: { width: 1280, height: 800 }, locale: "en-GB" } as const;
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, locale: "nl-NL", colorScheme: "dark" } as const;

const test = base.extend<{ platform: Platform; tenant: string }>({
  platform: async ({ stack }, use) => use(Platform.of(stack)),
  tenant: async ({ platform }, use) => {
    const name = await platform.makesTenant(COMPANY);
    await use(name);
    await platform.deletesTenant(name);
  },
});

/** The person who was invited, in a browser of their own. */
class Invited {
  private constructor(
    readonly page: Page,
    /** All addresses that the browser asked for, and those that it said it came from. */
    readonly asked: string[],
  ) {}

  static async arrive(browser: Browser, options: BrowserContextOptions): Promise<Invited> {
    const page = await (await browser.newContext(options)).newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url(), request.headers()["referer"] ?? ""));
    return new Invited(page, asked);
  }

  by(id: string) {
    return this.page.getByTestId(id);
  }

  /** Opens a link as from a letter: in a tab where nothing was. */
  async opens(link: string): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(link);
  }

  /** The link leaves the address bar before anything else is done. */
  async seesTheForm(): Promise<void> {
    await expect(this.by("setup-submit")).toBeVisible();
    expect(await this.page.evaluate(() => [location.pathname, location.search, location.hash])).toEqual(["/setup", "", ""]);
  }

  async chooses(email: string, password: string, name = "Noor Haddad"): Promise<void> {
    await this.by("setup-name").fill(name);
    await this.by("setup-email").fill(email);
    await this.by("setup-password").fill(password);
    await this.by("setup-submit").click();
  }

  async isTold(title: string): Promise<void> {
    await expect(this.by("message-title")).toHaveText(title);
  }
}

test("the first administrator comes by the link in the Secret, once, and makes an account for an agent", async ({ browser, stack, platform, tenant }) => {
  const { secret, link } = await platform.readsInvitation(tenant);
  expect(link).toMatch(new RegExp(`^${stack.console}/setup#invitation=${tenant}\\.[0-9a-f]{64}$`));
  const digits = link.slice(-64);
  const noor = await Invited.arrive(browser, desktop);
  await wrongWays(noor, stack, link);
  await byKeyboard(noor, link, `noor@${tenant}.example`);
  await addsAnAgent(noor, browser, stack, `kim@${tenant}.example`);

  // Out, and in again with what was chosen.
  await noor.by("signout").click();
  await noor.by("agent-signin-email").fill(`noor@${tenant}.example`);
  await noor.by("agent-signin-password").fill(PASSWORD);
  await noor.by("agent-signin-submit").click();
  await expect(noor.by("account")).toHaveCount(2);
  await accessible(noor.page, "accounts of two people");

  await noor.opens(link);
  await noor.seesTheForm();
  await noor.chooses(`eve@${tenant}.example`, PASSWORD, "Eve");
  await noor.isTold("This invitation does not work");
  await accessible(noor.page, "invitation that was used");
  await noor.by("setup-on").click();
  await expect(noor.by("account")).toHaveCount(2);

  const { status } = await platform.seesItGone(tenant, secret);
  expect(Date.parse(status!.invitation!.usedAt!)).toBeLessThanOrEqual(Date.now());
  expect(noor.asked.filter((address) => address.includes(digits.slice(0, 32)))).toEqual([]);
  isNowhere(stack, digits);
  await noor.page.context().close();
});

/** What a person may do wrong, each with the words that tell it; nothing of it uses the invitation up. */
async function wrongWays(noor: Invited, stack: Product, link: string): Promise<void> {
  await noor.opens(link.slice(0, -1));
  await noor.isTold("The invitation is missing");
  await accessible(noor.page, "invitation that is cut off");
  // The whole link, in the same tab: its fragment alone differs.
  await noor.page.goto(link);
  await noor.seesTheForm();
  await accessible(noor.page, "setting up");
  await noor.chooses("noor@tailspin.example", "short");
  expect(await noor.by("setup-password").evaluate((field) => (field as HTMLInputElement).validity.tooShort)).toBe(true);
  await noor.chooses("noor@tailspin.example", "tailspin tailspin", "Noor Tailspin");
  await noor.isTold("This password is too easy to guess");
  await expect(noor.by("setup-password")).toHaveAttribute("aria-invalid", "true");
  await accessible(noor.page, "password that is too weak");
  await noor.chooses(stack.signIn("northwind").email, PASSWORD);
  await noor.isTold("This address has an account already");
  await accessible(noor.page, "address that has an account");
}

/** The whole way without a mouse, to where administrators arrive. */
async function byKeyboard(noor: Invited, link: string, email: string): Promise<void> {
  const { page } = noor;
  await noor.opens(link);
  await noor.seesTheForm();
  await types(page, "setup-name", "Noor Haddad");
  await types(page, "setup-email", email);
  await types(page, "setup-password", PASSWORD);
  await press(page, "password-see", "Space");
  await expect(noor.by("setup-password")).toHaveAttribute("type", "text");
  await press(page, "setup-submit");
  await noor.isTold(`You are the administrator of ${COMPANY}`);
  await expect(noor.by("message-title")).toBeFocused();
  await accessible(page, "set up");
  await press(page, "setup-on");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`People of ${COMPANY}`);
  await expect(noor.by("account")).toContainText(["Administrator · you"]);
  await accessible(page, "accounts of one person");
  await tabTo(page, "account-name");
}

async function addsAnAgent(noor: Invited, browser: Browser, stack: Product, email: string): Promise<void> {
  const { page } = noor;
  await page.keyboard.type("Kim Adeyemi");
  await types(page, "account-email", stack.signIn("northwind").email);
  await press(page, "account-submit");
  await noor.isTold("This address has an account already");
  await accessible(page, "adding an address that has an account");
  await noor.by("account-email").fill(email);
  await noor.by("account-submit").click();
  await expect(noor.by("account-added")).toContainText("Kim Adeyemi can sign in");
  await accessible(page, "first password");
  const password = await noor.by("account-password").inputValue();
  await noor.by("account-done").click();
  await expect(noor.by("account-submit")).toBeVisible();
  await expect(page.getByText(password)).toHaveCount(0);

  const kim = await Agent.signIn(browser, stack, { email, password });
  await expect(kim.page.getByText(`Signed in as Kim Adeyemi, ${COMPANY}`)).toBeVisible();
  await kim.context.close();
}

/** Neither in what the programs logged, nor in the cluster's objects, nor in the database. */
function isNowhere(stack: Product, secret: string): void {
  const forms = disguises(secret);
  const places: [string, Buffer][] = [["the logs", Buffer.from(stack.printed())], ...stack.written()];
  for (const [place, bytes] of places) {
    expect(bytes.length, place).toBeGreaterThan(0);
    expect(forms.some((form) => bytes.includes(form)), `the invitation is in ${place}`).toBe(false);
  }
}

test("in Dutch, on a phone: whoever runs the installation asks for another invitation, and the first one is void", async ({ browser, platform, tenant }) => {
  const first = await platform.readsInvitation(tenant);
  await platform.invitesAgain(tenant, "lost");
  const second = await platform.readsInvitation(tenant, first.secret);
  const noor = await Invited.arrive(browser, phone);
  await noor.opens(first.link);
  await noor.seesTheForm();
  await noor.chooses(`noor@${tenant}.example`, PASSWORD);
  await noor.isTold("Deze uitnodiging werkt niet");
  await accessible(noor.page, "in Dutch, invitation that is void");

  await noor.opens(second.link);
  await noor.seesTheForm();
  await accessible(noor.page, "in Dutch, setting up");
  await noor.chooses(`noor@${tenant}.example`, "aaaaaaaaaaaaaaaa");
  await noor.isTold("Dit wachtwoord is te makkelijk te raden");
  await accessible(noor.page, "in Dutch, password that is too weak");
  await noor.by("setup-password").fill(PASSWORD);
  await noor.by("setup-submit").tap();
  await noor.isTold(`U bent de beheerder van ${COMPANY}`);
  await accessible(noor.page, "in Dutch, set up");
  await noor.by("setup-on").tap();
  await expect(noor.page.getByRole("heading", { level: 1 })).toHaveText(`Mensen van ${COMPANY}`);
  await accessible(noor.page, "in Dutch, accounts");
  await platform.seesItGone(tenant, second.secret);
  await noor.page.context().close();
});
