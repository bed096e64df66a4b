// Pages that move by themselves, and pages made of several.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import { difference } from "../harness/pixels.ts";
import { found, planted } from "../harness/secrets.ts";
import { acts, together } from "../harness/together.ts";

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
  const alike = async () => difference((await agent.shared.part(trail))!, (await endUser.shared.part(trail))!, 24);
  await expect.poll(alike).toBeLessThan(0.02);
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

test("frames of the site, of another site and without address: acts arrive, secrets stay masked", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/frames`);
  const within = async (frame: string, selector: string): Promise<[number, number]> => {
    const box = await oracle.page.frameLocator(frame).locator(selector).boundingBox();
    if (!box) throw new Error(`${selector} is not in ${frame}`);
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  await agent.shared.click(...(await within("#frame-same", "#inner-button")));
  await expect.poll(() => acts(stack, "inner-button").length).toBe(1);

  const shadow = await oracle.box("shadow-card");
  // A field, what is typed, and how the end user's own client shows it. The bank's card stands there when the last is typed.
  const fields = [
    [await within("#frame-same", "#inner-password"), planted.password, "•".repeat(planted.password.length), 1],
    [await within("#frame-bank", "#bank-card"), planted.card, planted.card, 1],
    [await within("#frame-srcdoc", "#inner-card"), planted.otherCard, planted.otherCard, 1],
    [[shadow.x + 60, shadow.y + shadow.height - 20], planted.card, planted.card, 2],
  ] as const;
  for (const [[x, y], secret, content, times] of fields) {
    await endUser.shared.click(x, y);
    await endUser.shared.hasFocusAt(x, y);
    await endUser.shared.type(secret);
    await expect(endUser.page.locator(".protected-text", { hasText: content })).toHaveCount(times);
  }
  // The page shows no password, so nobody is told it.
  expect(endUser.tap.count(planted.password)).toBe(0);
  expect(agent.tap.frames).toBeGreaterThan(10);
  expect(found(agent.tap.bytes())).toEqual([]);
  await endUser.ends();
  await oracle.close();
});
