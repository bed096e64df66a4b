// One more person comes in by a one-use invitation: knocks, is allowed by name, is seen by everybody, and sees no more than
// the others while the session is stopped.

import type { Browser } from "@playwright/test";
import { accessible } from "../harness/axe.ts";
import { expect, test } from "../harness/fixtures.ts";
import { Agent, EndUser } from "../harness/people.ts";
import type { Product } from "../harness/product.ts";

const COLLEAGUE = /Tom Becker|Priya Nair|Mia Rossi/;

/** Makes an invitation as its dialog shows it. */
async function invites(person: EndUser | Agent, role?: "look"): Promise<string> {
  if (!(await person.byTestId("invite").isVisible())) await person.opens("panel-people");
  await person.byTestId("invite").click();
  if (role) await person.byTestId("invite-look").check();
  await person.byTestId("invite-make").click();
  const link = await person.byTestId("invitation").inputValue();
  await person.page.keyboard.press("Escape");
  await expect(person.byTestId("invite-dialog")).toBeHidden();
  return link;
}

/** Opens the link, signs in and knocks. */
async function follows(browser: Browser, stack: Product, link: string): Promise<Agent> {
  const { email, password } = stack.signIn("northwind", "supervisor");
  const agent = await Agent.arrive(browser);
  await agent.page.goto(link);
  // The secret does not stay in the address bar.
  await expect.poll(() => agent.page.evaluate(() => location.hash)).toBe("");
  await agent.byTestId("agent-signin-email").fill(email);
  await agent.byTestId("agent-signin-password").fill(password);
  await agent.byTestId("agent-signin-submit").click();
  await accessible(agent.page, "invited");
  await agent.byTestId("invitation-submit").click();
  return agent;
}

test("the agent invites a colleague, whom the end user allows by name", async ({ browser, stack, endUser, agent }) => {
  test.setTimeout(150_000);
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`));
  await endUser.allows();
  await agent.shared.showsSomething();
  const link = await invites(agent);
  expect(link).toMatch(new RegExp(`^${stack.console}/agent#invitation=s-[0-9a-f]{32}\\.[0-9a-f]{64}$`));

  const colleague = await follows(browser, stack, link);
  await expect(colleague.byTestId("waiting")).toBeVisible();
  await expect(colleague.shared.canvas).toBeHidden();
  await expect(agent.byTestId("person").filter({ hasText: COLLEAGUE })).toContainText("waits to be allowed in");
  await endUser.allows(COLLEAGUE);

  await colleague.shared.showsSomething();
  // The end user may still be told of the first agent as well.
  for (const person of [agent, endUser]) await expect(person.byTestId("arrival").filter({ hasText: COLLEAGUE })).toContainText("is here");
  for (const person of [endUser, colleague]) await person.opens("panel-people");
  for (const person of [endUser, agent, colleague]) await expect(person.byTestId("person")).toHaveCount(3);

  await endUser.byTestId("stop").click();
  for (const person of [agent, colleague]) await person.shared.isBlank();
  await endUser.byTestId("continue").click();
  await colleague.shared.showsSomething();

  // Leaving alone leaves the others together.
  await colleague.byTestId("agent-leave").click();
  await colleague.byTestId("leave").click();
  await expect(colleague.byTestId("pin-input")).toBeVisible();
  await expect(agent.byTestId("arrival").filter({ hasText: "connection is gone" })).toHaveText(COLLEAGUE);
  await agent.shared.showsSomething();

  // The same link again admits nobody.
  await colleague.page.goto("about:blank");
  await colleague.page.goto(link);
  await colleague.byTestId("invitation-submit").click();
  await expect(colleague.byTestId("message-title")).toHaveText("This invitation does not work");
  await accessible(colleague.page, "invitation that was used");

  await endUser.ends();
  await colleague.context.close();
});

test("in Dutch: on a phone the customer invites somebody who only looks on", async ({ browser, stack, agent }) => {
  test.setTimeout(150_000);
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const endUser = await EndUser.arrive(browser, { ...phone, locale: "nl-NL" });
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`));
  await endUser.allows();
  await endUser.shared.showsSomething();
  const link = await invites(endUser, "look");

  const colleague = await follows(browser, stack, link);
  await expect(endUser.byTestId("allow-dialog")).toContainText("wil meekijken");
  await expect(endUser.byTestId("allow-dialog")).toContainText("Deze persoon kijkt alleen en kan nooit klikken of typen.");
  await expect(endUser.byTestId("allow-dialog").getByTestId("permit-act")).toHaveCount(0);
  await endUser.byTestId("deny").click();
  await expect(colleague.byTestId("message-title")).toHaveText("Your customer did not allow you in");
  await expect(colleague.shared.canvas).toBeHidden();

  const again = await invites(endUser, "look");
  await colleague.page.goto("about:blank");
  await colleague.page.goto(again);
  await colleague.byTestId("invitation-submit").click();
  await endUser.allows(COLLEAGUE);
  await colleague.shared.showsSomething();
  await expect(colleague.byTestId("tool-laser")).toBeDisabled();
  await expect(colleague.byTestId("address")).not.toBeEditable();
  await colleague.opens("panel-people");
  await expect(colleague.byTestId("invite")).toHaveCount(0);
  await expect(colleague.byTestId("person")).toHaveCount(3);
  await colleague.byTestId("agent-leave").click();
  await expect(colleague.byTestId("end")).toHaveCount(0);
  await colleague.byTestId("leave").click();

  await endUser.ends();
  await expect(endUser.byTestId("end-reason")).toHaveText("U hebt de sessie beëindigd.");
  await endUser.context.close();
  await colleague.context.close();
});
