// The main flow: help button, PIN, Allow, both see and act, Stop, Continue, End.

import { expect, test } from "../harness/fixtures.ts";
import { acts, searchAndOpen, stopAndContinue, together } from "../harness/together.ts";

test("two people look at one page, act in it, stop, continue and end", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  const pin = await endUser.asksForHelp(`${stack.shop}/`);
  expect(pin).toMatch(/^\d{6,}$/);
  const oracle = await together(browser, endUser, agent, `${stack.shop}/`, pin);
  await oracle.isSeenBy(endUser.shared);

  await searchAndOpen(stack, oracle, agent, endUser);
  await expect(agent.byTestId("address")).toHaveValue(/\/product\/tarn-boots$/);

  const add = await oracle.middle("#add");
  await stopAndContinue(oracle, endUser, agent, () => agent.shared.click(...add));
  expect(acts(stack, "cart")).toEqual([]);

  await endUser.ends();
  await agent.seesTheEnd();
  await endUser.byTestId("return").click();
  await endUser.page.waitForURL(`${stack.shop}/product/tarn-boots`);
  await oracle.close();
});
