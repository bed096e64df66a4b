// A phone's tab goes to the background for three minutes of real time, as when a call comes in: the tab stands still and its
// network is gone. Back in front it shows the same page, with what was typed and where it was scrolled to.

import { expect, test } from "../harness/fixtures.ts";
import { Link } from "../harness/link.ts";
import { Oracle } from "../harness/oracle.ts";
import { unlike } from "../harness/pixels.ts";
import { EndUser, phone } from "../harness/people.ts";

const AWAY_MS = 180_000;
const SEARCHED = "two nights at a hut";

test("three minutes in the background of a phone", { tag: "@waits" }, async ({ browser, embedded: stack, agent }) => {
  test.setTimeout(AWAY_MS + 150_000);
  const link = await Link.to(stack.console);
  const endUser = await EndUser.arrive(browser, phone);
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`, link.origin));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/guide`, await endUser.shared.viewport());
  await endUser.shared.tap(...(await oracle.middle("#search")));
  await expect.poll(() => stack.state().where.focus).toBe("search");
  await endUser.shared.type(SEARCHED);
  await endUser.shared.swipe(200);
  await expect.poll(() => stack.state().where.scrollY).toBeGreaterThan(40);
  const before = { where: stack.state().where, picture: await endUser.shared.picture() };

  const tab = await endUser.page.context().newCDPSession(endUser.page);
  await tab.send("Page.setWebLifecycleState", { state: "frozen" });
  link.cut();
  const left = Date.now();
  await expect(agent.page.getByRole("heading", { name: "Your customer's connection is gone" })).toBeVisible();
  await agent.shared.isBlank(3_000);
  // The agent goes on waiting; nothing else may end it meanwhile.
  await expect.poll(() => Date.now() - left, { timeout: AWAY_MS + 5_000, intervals: [1_000] }).toBeGreaterThan(AWAY_MS);
  await expect(agent.byTestId("end-reason")).toBeHidden();

  link.mend();
  await tab.send("Page.setWebLifecycleState", { state: "active" });
  await endUser.shared.showsSomething();
  await expect(endUser.byTestId("stop")).toBeVisible();
  await expect.poll(async () => unlike((await endUser.shared.picture())!, before.picture!)).toBeLessThan(0.06);
  await agent.shared.showsSomething();

  // The page never was another one: it is scrolled as before, and what was typed is still in the field that has the focus.
  expect(stack.state().where).toEqual(before.where);
  await agent.page.getByRole("textbox", { name: /Type on the shared page/ }).focus();
  await agent.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual([SEARCHED]);
  await endUser.ends();
  await endUser.context.close();
  await oracle.close();
  await link.end();
});
