// What the end user switches for one person takes effect at once: acting, pointing, seeing, and who controls the page alone.

import type { Locator } from "@playwright/test";
import { expect, test } from "../harness/fixtures.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import { together, typed } from "../harness/together.ts";

const button = (person: EndUser | Agent, name: string): Locator => person.page.getByRole("button", { name, exact: true });

test("an agent acts, points and sees only while switched on", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/`);
  const search = await oracle.middle("#search");
  await endUser.opens("panel-people");
  const permit = (what: string) => endUser.byTestId(`permit-${what}`);

  await permit("act").uncheck();
  await expect(agent.page.getByText("You can look, but not click or type")).toBeVisible();
  await agent.shared.click(...search);
  await agent.shared.type("from the agent");
  await endUser.shared.click(...search);
  await endUser.shared.type("boots");
  await endUser.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["boots"]);
  // A click on a page that nobody sees yet is one that Chrome drops.
  await oracle.page.goto(`${stack.shop}/search?q=boots`);
  await oracle.isSeenBy(agent.shared);
  await permit("act").check();
  await expect(button(agent, "Ask for control")).toBeVisible();
  await agent.shared.click(...search);
  await expect.poll(() => stack.state().where.focus).toBe("search");

  await permit("point").uncheck();
  for (const tool of ["laser", "draw", "highlight"]) await expect(agent.byTestId(`tool-${tool}`)).toBeDisabled();
  await permit("point").check();
  await expect(agent.byTestId("tool-laser")).toBeEnabled();

  await permit("view").uncheck();
  await agent.shared.isBlank();
  await endUser.shared.showsSomething();
  await permit("view").check();
  await permit("act").check();
  await agent.shared.showsSomething();
  await oracle.close();
});

test("one of them may control alone, and the end user decides who", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/keys`);
  const field = await oracle.middle("#keys");
  const writes = async (person: EndUser | Agent, text: string) => {
    await person.shared.click(...field);
    await person.shared.press("End");
    await person.shared.type(text);
  };
  const written = (text: string) => expect.poll(() => typed(stack)).toContain(text);
  await writes(agent, "a");
  await written("a");
  await writes(endUser, "b");
  await written("ab");

  await button(endUser, "Only I may click").click();
  await expect(agent.page.getByText(/has control$/)).toBeVisible();
  await writes(agent, "X");
  // What the end user types comes later; had the agent's been taken, it would be in it.
  await writes(endUser, "c");
  await written("abc");
  await button(endUser, "We may both click").click();
  await expect(button(endUser, "Only I may click")).toBeVisible();
  await writes(agent, "d");
  await written("abcd");

  await endUser.opens("panel-people");
  await button(agent, "Ask for control").click();
  await expect(endUser.page.getByText("asks for control")).toBeVisible();
  await button(endUser, "Give control").click();
  await expect(button(agent, "Release control")).toBeVisible();
  await writes(agent, "e");
  await written("abcde");
  await button(endUser, "Take back control").first().click();
  await expect(button(agent, "Ask for control")).toBeVisible();
  await writes(endUser, "f");
  await written("abcdef");
  await oracle.close();
});
