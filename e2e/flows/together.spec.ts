// The main flow: help button, PIN, Allow, both see and act, Stop, Continue, End.

import { Oracle } from "../harness/oracle.ts";
import { expect, test } from "../harness/fixtures.ts";

test("two people look at one page, act in it, stop, continue and end", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  const pin = await endUser.asksForHelp(`${stack.shop}/`);
  expect(pin).toMatch(/^\d{6,}$/);

  await agent.entersPin(pin);
  await expect(agent.byTestId("waiting")).toBeVisible();
  await expect(agent.shared.canvas).toBeHidden();
  await endUser.allows();

  await endUser.shared.showsSomething();
  await agent.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await agent.shared.viewport());
  await oracle.isSeenBy(agent.shared);
  await oracle.isSeenBy(endUser.shared);

  await agent.shared.click(...(await oracle.middle("#search")));
  await agent.shared.type("boots");
  await agent.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["boots"]);
  await oracle.page.goto(`${stack.shop}/search?q=boots`);
  await oracle.isSeenBy(endUser.shared);

  await endUser.shared.click(...(await oracle.middle(".card")));
  await oracle.page.goto(`${stack.shop}/product/tarn-boots`);
  await oracle.isSeenBy(agent.shared);
  await expect(agent.byTestId("address")).toHaveValue(/\/product\/tarn-boots$/);

  await endUser.byTestId("stop").click();
  await agent.shared.isBlank();
  await agent.shared.click(...(await oracle.middle("#add")));
  await endUser.byTestId("continue").click();
  await oracle.isSeenBy(agent.shared);
  expect(stack.state().acts.filter((act) => act["act"] === "cart")).toEqual([]);

  await endUser.ends();
  await expect(agent.byTestId("end-reason")).toBeVisible();
  await endUser.byTestId("return").click();
  await endUser.page.waitForURL(`${stack.shop}/product/tarn-boots`);
  await oracle.close();
});
