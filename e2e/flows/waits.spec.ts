// Flows that mostly wait, as people do. They run beside the others, in real time.

import { expect, test } from "../harness/fixtures.ts";
import { together } from "../harness/together.ts";

const CHOICE_MS = 30_000;

test("Stop without a choice ends after 30 s, and the end user lands on the real page", { tag: "@waits" }, async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/product/ridge-tent`);
  const began = Date.now();
  await endUser.byTestId("stop").click();
  await agent.shared.isBlank();
  const within = { timeout: CHOICE_MS + 10_000 };
  await expect(endUser.byTestId("end-reason")).toHaveText("It was stopped, and nobody pressed Continue.", within);
  expect(Date.now() - began).toBeGreaterThan(CHOICE_MS - 1_000);
  await expect(agent.byTestId("end-reason")).toHaveText("It was stopped, and nobody pressed Continue.");
  // Nothing is pressed: the page goes there by itself.
  await endUser.page.waitForURL(`${stack.shop}/product/ridge-tent`, { timeout: 20_000 });
  await oracle.close();
});

test.describe("a short grace", () => {
  test.use({ stackOptions: { limits: { disconnectGrace: "12s" } } });

  test("the end user's tab is closed: the agent is blank at once, and it ends after the grace", { tag: "@waits" }, async ({ browser, stack, endUser, agent }) => {
    const oracle = await together(browser, endUser, agent, `${stack.shop}/guide`);
    const began = Date.now();
    await endUser.page.close();
    await expect(agent.page.getByRole("heading", { name: "Your customer's connection is gone" })).toBeVisible();
    await agent.shared.isBlank(3_000);
    await agent.shared.click(...(await oracle.middle("#search")));
    await expect(agent.byTestId("end-reason")).toHaveText("Your customer's connection was gone for too long.", { timeout: 30_000 });
    expect(Date.now() - began).toBeGreaterThan(11_000);
    expect(stack.state().where.focus).toBe("");
    await oracle.close();
  });
});
