// Copy and paste: the end user always may; the agent once the end user switched it on for that person.

import { expect, test } from "../harness/fixtures.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import { together, typed } from "../harness/together.ts";

/** Pastes as a person does: it is on the own clipboard, and Control+V is pressed over the shared page. */
async function pastes(person: EndUser | Agent, text: string): Promise<void> {
  await person.page.evaluate((content) => navigator.clipboard.writeText(content), text);
  await person.shared.press("Control+v");
}

test("the agent copies and pastes only when the end user lets that person", async ({ browser, stack, endUser, agent }) => {
  for (const { context } of [endUser, agent]) await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/keys`);
  const field = await oracle.middle("#keys");

  await endUser.shared.click(...field);
  await expect.poll(() => stack.state().where.focus).toBe("keys");
  await pastes(endUser, "Two nights at Tarn hut");
  await expect.poll(() => typed(stack)).toContain("Two nights at Tarn hut");

  await agent.shared.click(...field);
  await pastes(agent, "pasted by the agent");
  // Keys of the same person come in order, so the paste would be there before this.
  await agent.shared.press("End");
  await agent.shared.type("!");
  await expect.poll(() => typed(stack)).toContain("Two nights at Tarn hut!");
  expect(typed(stack).join()).not.toContain("pasted");

  const copies = async () => {
    await endUser.shared.press("Control+a");
    await endUser.shared.press("Control+c");
  };
  const own = endUser.tap.count("Two nights at Tarn hut!");
  await endUser.shared.click(...field);
  await copies();
  await expect.poll(() => endUser.tap.count("Two nights at Tarn hut!")).toBeGreaterThan(own);
  expect(agent.tap.count("Two nights at Tarn hut!")).toBe(0);

  await endUser.opens("panel-people");
  const switches = [endUser.byTestId("permit-point"), endUser.page.getByLabel("Copy and paste")] as const;
  await switches[1].check();
  await switches[0].uncheck();
  // Two in one moment: the second does not undo the first.
  const [point, clipboard] = await Promise.all(switches.map((one) => one.elementHandle()));
  await endUser.page.evaluate((both) => both.forEach((one) => (one as HTMLElement).click()), [point, clipboard]);
  await endUser.opens("panel-people");
  await endUser.opens("panel-people");
  await expect(switches[0]).toBeChecked();
  await expect(switches[1]).not.toBeChecked();
  await switches[1].check();
  await endUser.opens("panel-people");
  await agent.shared.click(...field);
  await agent.shared.press("Control+a");
  await pastes(agent, "pasted by the agent");
  await expect.poll(() => typed(stack)).toContain("pasted by the agent");
  await agent.shared.press("Control+a");
  await agent.shared.press("Control+c");
  await expect.poll(() => agent.page.evaluate(() => navigator.clipboard.readText())).toBe("pasted by the agent");

  await endUser.ends();
  await oracle.close();
});
