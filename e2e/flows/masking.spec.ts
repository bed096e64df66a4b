// What the end user types into protected fields reaches the website and the end user's own screen, and nobody else.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import { difference } from "../harness/pixels.ts";
import { found, foundInPrint, planted } from "../harness/secrets.ts";
import { reach, type Scene } from "../harness/travel.ts";
import type { Product } from "../harness/product.ts";

async function together(stack: Product, endUser: EndUser, agent: Agent, path: string): Promise<void> {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}${path}`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
}

test("a card number is the end user's alone", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  await together(stack, endUser, agent, "/product/ember-stove");
  const oracle = await Oracle.look(browser, `${stack.shop}/product/ember-stove`, await endUser.shared.viewport());
  await endUser.shared.click(...(await oracle.middle("#add")));
  await oracle.page.locator("#add").click();
  await expect.poll(() => stack.state().where.path).toBe("/checkout");
  const scene: Scene = { stack, oracle, shared: endUser.shared, scroll: (dy) => endUser.shared.wheel(200, 300, dy) };

  const at = await reach(scene, "#card");
  await endUser.shared.click(...at);
  await expect.poll(() => stack.state().where.focus).toBe("card");
  const field = { x: at[0] - 200, y: at[1] - 18, width: 400, height: 36 };
  await restsAside(endUser);
  await endUser.shared.type(planted.card);
  await expect.poll(() => endUser.tap.bytes().includes(planted.card)).toBe(true);
  const first = { own: await endUser.shared.part(field), agents: await agent.shared.settled(field) };

  await endUser.shared.press("Control+a");
  await endUser.shared.type(planted.otherCard);
  await expect.poll(() => endUser.tap.bytes().includes(planted.otherCard)).toBe(true);
  await expect.poll(async () => difference(first.own!, (await endUser.shared.part(field))!)).toBeGreaterThan(0.005);
  expect(difference(first.agents, await agent.shared.settled(field))).toBeLessThan(0.004);

  for (const [id, text] of [["code", planted.code], ["cvc", planted.cvc]] as const) {
    await endUser.shared.click(...(await reach(scene, `#${id}`)));
    await expect.poll(() => stack.state().where.focus).toBe(id);
    await endUser.shared.type(text);
  }
  await own(endUser, agent, "customer", await reach(scene, "#customer"), () => endUser.shared.type(planted.customer));
  await nowhere(stack, agent);
  // The same search finds each of them where they belong.
  const owns = found(endUser.tap.bytes()).map((text) => text.split(" ")[0]);
  expect(owns).toEqual(expect.arrayContaining(["card", "otherCard", "code", "customer"]));
  await oracle.close();
});

test("a password is the end user's alone, also when the page shows it", async ({ browser, stack, endUser, agent }) => {
  await endUser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await together(stack, endUser, agent, "/account");
  const oracle = await Oracle.look(browser, `${stack.shop}/account`, await endUser.shared.viewport());
  await agent.shared.click(...(await oracle.middle("#email")));
  await agent.shared.type("ada@example.com");

  await agent.shared.click(...(await oracle.middle("#password")));
  await agent.shared.type("from-the-agent");
  await endUser.shared.click(...(await oracle.middle("#show-password")));
  await endUser.shared.click(...(await oracle.middle("#password")));
  await expect.poll(() => stack.state().where.focus).toBe("password");
  await endUser.page.evaluate((text) => navigator.clipboard.writeText(text), planted.pasted);
  await own(endUser, agent, "pasted", await oracle.middle("#password"), () => endUser.shared.press("Control+v"));
  await endUser.shared.press("Control+a");
  await endUser.shared.type(planted.password);
  await expect.poll(() => endUser.tap.bytes().includes(planted.password)).toBe(true);

  await endUser.shared.press("Enter");
  const expected = { name: "ada", passwordLength: planted.password.length };
  await expect.poll(() => stack.state().signIns.at(-1)).toEqual(expected);
  await nowhere(stack, agent);
  await oracle.close();
});

/** What the end user puts into a field is told and shown to the end user, while the agent's picture of it stays what it was but for dots. */
async function own(endUser: EndUser, agent: Agent, what: keyof typeof planted, [x, y]: [number, number], put: () => Promise<void>): Promise<void> {
  const field = { x: x - 200, y: y - 18, width: 400, height: 36 };
  await endUser.shared.click(x, y);
  await endUser.shared.hasFocusAt(x, y);
  await restsAside(endUser);
  const before = await agent.shared.settled(field);
  await endUser.shared.changes(field, put, 0.004);
  await expect.poll(() => endUser.tap.bytes().includes(planted[what])).toBe(true);
  expect(difference(before, await agent.shared.settled(field))).toBeLessThan(0.05);
}

/** The end user's named pointer, which the agent sees over a field and which fades when it rests, rests in the page's corner. */
async function restsAside(endUser: EndUser): Promise<void> {
  const corner = await endUser.shared.toWindow(4, 4);
  await endUser.page.mouse.move(corner.x, corner.y);
}

/** No secret in any byte that the agent got or sent, nor in a log, nor on disk. */
async function nowhere(stack: Product, agent: Agent): Promise<void> {
  expect(agent.tap.frames).toBeGreaterThan(10);
  expect(found(agent.tap.bytes())).toEqual([]);
  expect(foundInPrint(Buffer.from(stack.printed()))).toEqual([]);
  for (const [path, bytes] of stack.written()) expect(foundInPrint(bytes), path).toEqual([]);
}
