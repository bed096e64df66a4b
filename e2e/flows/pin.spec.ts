// Who gets in: a wrong PIN, a used one, one of another company, a guessed one, and a person who is not allowed.

import { expect, test } from "../harness/fixtures.ts";
import { Agent } from "../harness/people.ts";
import { wrong } from "../harness/pin.ts";

test("a wrong PIN is refused and the right one still works", async ({ stack, endUser, agent }) => {
  const pin = await endUser.asksForHelp(stack.shop);
  await agent.entersPin(wrong(pin));
  await agent.isRefused();
  await agent.entersPin(pin);
  await expect(agent.byTestId("waiting")).toBeVisible();
  await endUser.byTestId("deny").click();
  await expect(agent.byTestId("waiting")).toBeHidden();
  await expect(agent.shared.canvas).toBeHidden();
});

test("another company's agent cannot join", async ({ browser, stack, endUser }) => {
  const pin = await endUser.asksForHelp(stack.shop);
  const stranger = await Agent.signIn(browser, stack, stack.signIn("contoso"));
  await stranger.entersPin(pin);
  await stranger.isRefused();
  await expect(endUser.byTestId("allow")).toBeHidden();
  await expect(endUser.byTestId("pin")).toBeVisible();
  await stranger.context.close();
});

test("a PIN works once", async ({ browser, stack, endUser, agent }) => {
  const pin = await endUser.asksForHelp(stack.shop);
  await agent.entersPin(pin);
  await endUser.allows();
  await agent.shared.showsSomething();
  const second = await Agent.signIn(browser, stack, stack.signIn("northwind"));
  await second.entersPin(pin);
  await second.isRefused();
  await expect(second.shared.canvas).toBeHidden();
  await second.context.close();
  await endUser.ends();
});

test.describe("with nobody else's attempts", () => {
  test.use({ stackOptions: {} });

  test("guessing is locked", async ({ stack, endUser, agent }) => {
    const pin = await endUser.asksForHelp(stack.shop);
    const tries = 12;
    for (let by = 1; by <= tries; by += 1) {
      await agent.entersPin(wrong(pin, (by % 9) + 1));
      await agent.isRefused();
      if (await agent.byTestId("pin-again").isVisible()) break;
    }
    await agent.byTestId("pin-again").click();
    await agent.entersPin(pin);
    await agent.isRefused();
    await expect(endUser.byTestId("allow")).toBeHidden();
  });
});
