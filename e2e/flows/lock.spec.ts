// Guessing PINs is locked. With a product of its own: the lock holds for the address that all flows share.

import { expect, test } from "../harness/fixtures.ts";
import { wrong } from "../harness/pin.ts";

test.use({ stackOptions: { settings: ["--warm-pods", "0"] } });

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
