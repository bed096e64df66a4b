// A whole purchase, the agent helping with the address and the end user paying, on a desktop and on a phone.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import { found, planted } from "../harness/secrets.ts";
import type { Product } from "../harness/product.ts";
import { reach, type Scene } from "../harness/travel.ts";
import type { Browser } from "@playwright/test";

const address = { name: "Ada Lovelace", street: "Dam 1", postcode: "1012 JS", city: "Amsterdam" };

async function shopping(browser: Browser, stack: Product, endUser: EndUser, agent: Agent): Promise<Oracle> {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/product/ridge-tent`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/product/ridge-tent`, await endUser.shared.viewport());
  return oracle;
}

async function paid(stack: Product, endUser: EndUser, agent: Agent, oracle: Oracle, wrap: unknown): Promise<void> {
  await expect.poll(() => stack.state().orders.length, { timeout: 20_000 }).toBe(1);
  expect(stack.state().orders[0]).toMatchObject({ ...address, cardLastFour: planted.card.slice(-4), codeLength: 6, country: "BE", day: "2026-12-24", time: "10:30", wrap, gift: true });
  expect(found(agent.tap.bytes())).toEqual([]);
  await endUser.ends();
  await endUser.byTestId("return").click();
  await endUser.page.waitForURL(/\/order\/NW-\d+/);
  await oracle.close();
}

test("a purchase on a desktop", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  test.setTimeout(150_000);
  const oracle = await shopping(browser, stack, endUser, agent);
  const scene = (person: EndUser | Agent): Scene => ({ stack, oracle, shared: person.shared, scroll: (dy) => person.shared.wheel(200, 300, dy) });
  const fills = async (person: EndUser | Agent, id: string, text: string) => {
    await person.shared.click(...(await reach(scene(person), `#${id}`)));
    await expect.poll(() => stack.state().where.focus).toBe(id);
    await person.shared.type(text);
  };

  await agent.shared.click(...(await reach(scene(agent), "#add")));
  await oracle.page.locator("#add").click();
  await expect.poll(() => stack.state().where.path).toBe("/checkout");
  // Chrome takes no press on a page that it has not painted yet.
  await oracle.isSeenBy(agent.shared);
  for (const [id, text] of Object.entries(address)) await fills(agent, id, text);
  await agent.shared.press("Tab");
  await agent.shared.type("B");
  await fills(agent, "day", "");
  await agent.shared.click(...(await startOf(scene(agent), "#day")));
  await agent.shared.type("12242026");
  await agent.shared.click(...(await startOf(scene(agent), "#time")));
  await agent.shared.type("1030AM");
  await paints(scene(agent));
  await agent.shared.click(...(await reach(scene(agent), "#gift")));
  await fills(endUser, "cc-name", "A Lovelace");
  await fills(endUser, "card", planted.card);
  await fills(endUser, "expires", "12/29");
  await fills(endUser, "cvc", planted.cvc);
  await fills(endUser, "code", planted.code);
  await endUser.shared.press("Enter");
  // Another colour than the shop proposes.
  await paid(stack, endUser, agent, oracle, expect.not.stringContaining("#2f6f4f"));
});

/** Chooses a colour in the well that Chrome opens below the field. */
async function paints(scene: Scene): Promise<void> {
  const { shared, oracle } = scene;
  const [x, y] = await reach(scene, "#wrap");
  const { x: left, height } = await oracle.place("#wrap");
  const well = { x: left, y: y + height / 2 + 8, width: 180, height: 120 };
  await shared.changes(well, () => shared.click(x, y), 0.3);
  await shared.click(well.x + 60, well.y + 40);
  await shared.press("Enter");
}

/** The left end of a field, where a date's first part is. */
async function startOf(scene: Scene, selector: string): Promise<[number, number]> {
  const [, y] = await reach(scene, selector);
  return [(await scene.oracle.place(selector)).x + 24, y];
}

test("a purchase on a phone", async ({ browser, stack, endUser, agent }) => {
  test.setTimeout(180_000);
  const oracle = await shopping(browser, stack, endUser, agent);
  const scene: Scene = { stack, oracle, shared: endUser.shared, scroll: (dy) => endUser.shared.swipe(dy) };
  const fills = async (id: string, text: string) => {
    await endUser.shared.tap(...(await reach(scene, `#${id}`)));
    await expect.poll(() => stack.state().where.focus).toBe(id);
    await endUser.shared.type(text);
  };

  await endUser.shared.tap(...(await reach(scene, "#add")));
  await oracle.page.locator("#add").click();
  await expect.poll(() => stack.state().where.path).toBe("/checkout");
  for (const [id, text] of Object.entries(address)) await fills(id, text);

  await endUser.shared.tap(...(await reach(scene, "#country")));
  await endUser.byTestId("picker").locator("select").selectOption("BE");
  await endUser.byTestId("picker").locator("button[type=submit]").click();
  for (const [id, value] of [["day", "2026-12-24"], ["time", "10:30"], ["wrap", "#aa3300"]] as const) {
    await endUser.shared.tap(...(await reach(scene, `#${id}`)));
    await endUser.byTestId("picker").locator("input").fill(value);
    await endUser.byTestId("picker").locator("button[type=submit]").click();
    await expect(endUser.byTestId("picker")).toBeHidden();
  }
  await endUser.shared.tap(...(await reach(scene, "#gift")));

  await fills("cc-name", "A Lovelace");
  await fills("card", planted.card);
  await fills("expires", "12/29");
  await fills("cvc", planted.cvc);
  await fills("code", planted.code);
  await endUser.shared.tap(...(await reach(scene, "#place-order")));
  await paid(stack, endUser, agent, oracle, "#aa3300");
});
