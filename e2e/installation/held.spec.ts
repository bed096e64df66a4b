// An administrator reaches into a live session by kubectl: pauses it, lets it go on, changes how long it lasts, ends it. Both people read
// what happened and who did it, and nothing that either does undoes it.

import type { Browser, BrowserContextOptions } from "@playwright/test";
import { accessible, stopIsThere } from "../harness/axe.ts";
import { sessionOf } from "../harness/calls.ts";
import { expect, test } from "../harness/fixtures.ts";
import { Agent, EndUser } from "../harness/people.ts";
import type { Product } from "../harness/product.ts";
import { Platform, type Session } from "./platform.ts";

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const HOUR_MS = 3_600_000;

const english = {
  language: { locale: "en-GB" },
  agent: "Paused by an administrator",
  endUser: "Paused by an administrator: only you see the page.",
  lifted: "The pause is over: the others see the page again.",
  limit: /^The session ends in 0:\d\d\.$/,
  end: "An administrator ended it.",
};
const dutch: typeof english = {
  language: { locale: "nl-NL" },
  agent: "Gepauzeerd door een beheerder",
  endUser: "Gepauzeerd door een beheerder: alleen u ziet de pagina.",
  lifted: "De pauze is voorbij: de anderen zien de pagina weer.",
  limit: /^De sessie eindigt over 0:\d\d\.$/,
  end: "Een beheerder heeft de sessie beëindigd.",
};

interface Two {
  readonly platform: Platform;
  readonly session: string;
  readonly endUser: EndUser;
  readonly agent: Agent;
}

/** An end user and an agent in one session. */
async function together(browser: Browser, stack: Product, ofEndUser: BrowserContextOptions, ofAgent: BrowserContextOptions): Promise<Two> {
  const platform = Platform.of(stack);
  const endUser = await EndUser.arrive(browser, ofEndUser);
  const agent = await Agent.signIn(browser, stack, stack.signIn("northwind"), ofAgent);
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  return { platform, session: await sessionOf(endUser.page), endUser, agent };
}

test("an administrator pauses a live session, lets it go on, shortens and ends it", async ({ browser, stack }) => {
  const two = await together(browser, stack, { ...phone, ...dutch.language }, { ...desktop, ...english.language });
  await pause(two, dutch.endUser, english.agent);
  await ownStop(two, dutch.endUser, english.agent);
  const { platform, session, endUser, agent } = two;

  await platform.changes(session, { paused: false });
  await agent.shared.showsSomething();
  await expect(agent.byTestId("blanked")).toBeHidden();
  await expect(endUser.byTestId("held")).toBeHidden();
  await expect(endUser.byTestId("lifted")).toHaveText(dutch.lifted);
  await accessible(endUser.page, "pause that is over, end user on a phone in Dutch");

  await shorter(two, dutch.limit, english.limit);
  await end(two, dutch.end, english.end);
});

test("the same with the agent on a phone, paused under the end user's own Stop, and ended while it is paused", async ({ browser, stack }) => {
  const two = await together(browser, stack, { ...desktop, ...english.language }, { ...phone, ...dutch.language });
  const { platform, session, endUser, agent } = two;
  await endUser.stops();
  await expect(endUser.byTestId("continue")).toBeEnabled();
  await platform.changes(session, { paused: true });
  await expect(agent.byTestId("blanked")).toContainText(dutch.agent);
  // Lifted before the end user chose, it leaves the Stop.
  await platform.changes(session, { paused: false });
  await expect(agent.byTestId("blanked")).toContainText("Gestopt door de klant");
  await agent.shared.isBlank();
  await expect(endUser.byTestId("stopped")).toBeVisible();
  await endUser.continues();
  await agent.shared.showsSomething();
  await expect(endUser.byTestId("lifted")).toBeHidden();
  await pause(two, english.endUser, dutch.agent);
  await end(two, english.end, dutch.end);
});

/** Both are told by whom; the agent sees nothing, the end user goes on alone. */
async function pause({ platform, session, endUser, agent }: Two, toEndUser: string, toAgent: string): Promise<void> {
  const { status } = await platform.changes(session, { paused: true });
  expect(conditionOf(status, "Paused")).toBe("True");
  await expect(agent.byTestId("blanked")).toContainText(toAgent);
  await expect(agent.byTestId("live-status")).toContainText(toAgent);
  await agent.shared.isBlank();
  await expect(agent.byTestId("continue")).toHaveCount(0);
  await expect(endUser.byTestId("held")).toHaveText(toEndUser);
  await endUser.shared.showsSomething();
  await accessible(agent.page, `paused by an administrator, agent: ${toAgent}`);
  await accessible(endUser.page, `paused by an administrator, end user: ${toEndUser}`);
  await stopIsThere(endUser.page, "paused by an administrator");
}

/** A Stop and a Continue of the end user's own leave the administrator's pause as it is. */
async function ownStop({ endUser, agent }: Two, toEndUser: string, toAgent: string): Promise<void> {
  // What is told lies over the page, and can be put away; a Continue that does not bring the agent back tells it again.
  await endUser.byTestId("held").getByRole("button").click();
  await expect(endUser.byTestId("held")).toBeHidden();
  await endUser.stops();
  await expect(endUser.byTestId("continue")).toBeEnabled();
  await accessible(endUser.page, "stopped while an administrator has paused");
  await endUser.continues();
  await expect(endUser.byTestId("stopped")).toBeHidden();
  await expect(endUser.byTestId("held")).toHaveText(toEndUser);
  await endUser.shared.showsSomething();
  await expect(agent.byTestId("blanked")).toContainText(toAgent);
  await agent.shared.isBlank();
}

/** A maximum that is near is told to both; a longer one takes that back. */
async function shorter({ platform, session, endUser, agent }: Two, toEndUser: RegExp, toAgent: RegExp): Promise<void> {
  const { status } = await platform.changes(session, { maxDuration: "1h" });
  const begun = Date.parse(status.expiresAt!) - HOUR_MS;
  // As long again as it lasted until now: people are told for the second half.
  const seconds = Math.floor((2 * (Date.now() - begun)) / 1_000);
  const shortened = await platform.changes(session, { maxDuration: `${seconds}s` });
  expect(Date.parse(shortened.status.expiresAt!) - begun).toBe(seconds * 1_000);
  await expect(endUser.byTestId("limit").locator("span")).toHaveText(toEndUser);
  await expect(agent.byTestId("limit").locator("span")).toHaveText(toAgent);
  await Promise.all([accessible(endUser.page, "session that is shortened, end user on a phone in Dutch"), accessible(agent.page, "session that is shortened, agent")]);
  await platform.changes(session, { maxDuration: "1h" });
  for (const person of [endUser, agent]) await expect(person.byTestId("limit")).toBeHidden();
}

async function end({ platform, session, endUser, agent }: Two, toEndUser: string, toAgent: string): Promise<void> {
  await platform.changes(session, { desiredState: "Ended" });
  await expect(endUser.byTestId("end-reason")).toHaveText(toEndUser);
  // Otherwise the page goes on to the website by itself.
  await endUser.byTestId("stay").click();
  await expect(agent.byTestId("end-reason")).toHaveText(toAgent);
  await accessible(endUser.page, `ended by an administrator, end user: ${toEndUser}`);
  await accessible(agent.page, `ended by an administrator, agent: ${toAgent}`);
  await expect.poll(async () => (await platform.session(session)).status.finishReason).toBe("Requested");
  await endUser.context.close();
  await agent.context.close();
}

function conditionOf({ conditions }: Session["status"], type: string): string | undefined {
  return conditions?.find((one) => one.type === type)?.status;
}
