// Pages that move by themselves.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import { difference } from "../harness/pixels.ts";

test("an animation runs in the agent's picture, and nothing is sent once it stands", async ({ stack, browser, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/lab/trail`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/lab/trail`, await agent.shared.viewport());
  const trail = await oracle.box("#trail");
  const first = await agent.shared.part(trail);
  for (const person of [agent, endUser]) {
    await expect.poll(async () => difference(first!, (await person.shared.part(trail))!, 16), { timeout: 30_000 }).toBeGreaterThan(0.02);
  }

  await agent.shared.click(...(await oracle.middle("#trail-stop")));
  await stands(() => agent.tap.large);
  const [one, other] = [await agent.shared.part(trail), await endUser.shared.part(trail)];
  expect(difference(one!, other!, 24)).toBeLessThan(0.02);
  await endUser.ends();
  await oracle.close();
});

/** Waits until a figure was the same over some looks, a second apart from first to last. */
async function stands(figure: () => number): Promise<void> {
  const seen: number[] = [];
  const looks = 5;
  await expect.poll(() => {
    seen.push(figure());
    return seen.length > looks && seen.slice(-looks).every((one) => one === seen.at(-1));
  }, { intervals: [250], timeout: 20_000 }).toBe(true);
}
