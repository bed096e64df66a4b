// The menu over the shared page: the one who asks gets it, unless the page has a menu of its own, and the other sees nothing of it.

import { accessible } from "../harness/axe.ts";
import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import { EndUser, phone } from "../harness/people.ts";
import { acts, together, typed } from "../harness/together.ts";

test("a link opens in a new tab by the agent's own menu, and the page's own menu wins", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/windows`);
  const [link, own, plain] = [await oracle.middle("#new-tab"), await oracle.middle("#own-menu"), await oracle.middle("h1")];
  const menu = agent.byTestId("page-menu");
  const item = (name: string) => menu.getByRole("menuitem", { name });

  const known = endUser.tap.count("/guide");
  await agent.shared.click(...plain);
  await agent.shared.press("Shift+F10");
  await expect(item("Reload")).toBeVisible();
  await expect(item("Reload")).toBeFocused();
  await accessible(agent.page, "menu");
  await agent.page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(agent.page.locator(".stage-field")).toBeFocused();

  // A link that leads away on its way is refused, and its tab goes.
  await agent.shared.click(...(await oracle.middle("#partner")), "right");
  await item("Open in a new tab").click();
  for (const person of [endUser, agent]) {
    await expect(person.page.locator("[data-testid=notice][data-code=SiteNotAllowed]")).toBeVisible();
    await expect(person.byTestId("address")).toHaveValue(/\/lab\/windows$/);
    await expect(person.page.locator(".tab-name").nth(1)).toBeHidden();
    await oracle.isSeenBy(person.shared);
    await person.page.locator("[data-testid=notice]").getByRole("button", { name: "Close" }).click();
  }

  await agent.shared.click(...own, "right");
  await expect.poll(() => acts(stack, "own-menu").length).toBe(1);
  // Menus come in order: one for the page's own button would be there before the link's, and lie over the link.
  await agent.shared.click(...link, "right");
  await expect(item("Open in a new tab")).toBeVisible();
  // This agent may not copy.
  await expect(item("Copy link address")).toBeHidden();
  await expect(endUser.byTestId("page-menu")).toHaveCount(0);
  expect(endUser.tap.count("/guide")).toBe(known);
  await item("Open in a new tab").click();
  await expect.poll(() => stack.state().where.path).toBe("/guide");
  for (const person of [endUser, agent]) {
    await expect(person.byTestId("address")).toHaveValue(/\/guide$/);
    await expect(person.page.getByRole("navigation", { name: "Tabs" }).locator(".tab-name")).toHaveCount(2);
  }

  await endUser.ends();
  await oracle.close();
});

test("a long press on a small phone shows the end user the menu, inside the window", async ({ browser, stack, agent }) => {
  const endUser = await EndUser.arrive(browser, { ...phone, viewport: { width: 360, height: 640 } });
  const address = `${stack.shop}/lab/windows`;
  await agent.entersPin(await endUser.asksForHelp(address));
  await endUser.allows();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, address, await endUser.shared.viewport());
  const menu = endUser.byTestId("page-menu");
  const letGo = await endUser.shared.holds(...(await oracle.middle("#leave")));
  await expect(menu.getByRole("menuitem", { name: "Copy link address" })).toBeVisible();
  await letGo();
  const box = await menu.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 360 && box.y + box.height <= 640).toBe(true);
  await expect(agent.byTestId("page-menu")).toHaveCount(0);
  // A press beside it only closes it.
  await endUser.page.touchscreen.tap(12, 500);
  await expect(menu).toBeHidden();
  await endUser.ends();
  await oracle.close();
});

test("what the menu offers is done: text is selected, cut, copied and pasted, a link copied, and it goes back and forward", async ({ browser, stack, endUser, agent }) => {
  await endUser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/keys`);
  const field = await oracle.middle("#keys");
  const link = await oracle.middle("a.brand");
  const chooses = async (name: string, at: readonly [number, number]) => {
    await endUser.shared.click(...at, "right");
    await endUser.byTestId("page-menu").getByRole("menuitem", { name, exact: true }).click();
  };
  const own = () => endUser.page.evaluate(() => navigator.clipboard.readText());
  const written = (text: string) => expect.poll(() => typed(stack)).toContain(text);

  await endUser.shared.click(...field);
  await endUser.shared.type("two nights");
  await written("two nights");
  await chooses("Select all", field);
  await chooses("Cut", field);
  await written("");
  await expect.poll(own).toBe("two nights");
  await endUser.page.evaluate(() => navigator.clipboard.writeText("three nights"));
  await chooses("Paste", field);
  await written("three nights");
  await chooses("Select all", field);
  await chooses("Copy", field);
  await expect.poll(own).toBe("three nights");

  await chooses("Copy link address", link);
  await expect.poll(own).toBe(`${stack.shop}/`);
  await endUser.shared.click(...link);
  await expect.poll(() => stack.state().where.path).toBe("/");
  await oracle.page.goto(`${stack.shop}/`);
  await oracle.isSeenBy(endUser.shared);
  await chooses("Back", await oracle.middle("h1"));
  await expect(agent.byTestId("address")).toHaveValue(/\/lab\/keys$/);
  await oracle.page.goto(`${stack.shop}/lab/keys`);
  await chooses("Forward", await oracle.middle("h1"));
  await expect(agent.byTestId("address")).toHaveValue(new URL(stack.shop).host);
  await endUser.ends();
  await oracle.close();
});
