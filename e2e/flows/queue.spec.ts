// More end users than browsers: who comes then sees a place in the queue, and gets a PIN in turn.

import { expect, test } from "../harness/fixtures.ts";
import { EndUser } from "../harness/people.ts";

test.use({ stackOptions: { settings: ["--max-sessions", "1"] } });

test("who finds no place queues and gets a PIN in turn", async ({ browser, stack, endUser, agent }, info) => {
  await endUser.asksForHelp(stack.shop);
  const [second, third] = [await EndUser.arrive(browser), await EndUser.arrive(browser)];
  for (const [person, place] of [[second, 1], [third, 2]] as const) {
    await person.page.goto(`${stack.console}/start#url=${encodeURIComponent(stack.shop)}`);
    await person.byTestId("start-button").click();
    await expect(person.byTestId("queue")).toContainText(`Your place in the queue: ${place}`);
    await expect(person.byTestId("pin")).toBeHidden();
  }
  await third.page.screenshot({ path: info.outputPath("queue.png") });
  await endUser.ends();
  await expect(second.byTestId("pin")).toBeVisible();
  await expect(third.byTestId("queue")).toContainText("Your place in the queue: 1");
  const pin = ((await second.byTestId("pin").textContent()) ?? "").replace(/\D/g, "");
  await agent.entersPin(pin);
  await second.allows();
  await agent.shared.showsSomething();
  // A reload in the queue keeps the place.
  await third.page.reload();
  await expect(third.byTestId("queue")).toContainText("Your place in the queue: 1");
  await second.ends();
  await expect(third.byTestId("pin")).toBeVisible();
  await second.context.close();
  await third.context.close();
});
