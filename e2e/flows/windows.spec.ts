// Popups and tabs of the website: both follow, both see which are open, either goes back.

import { expect, test } from "../harness/fixtures.ts";
import { together } from "../harness/together.ts";

test("a popup and a new tab are followed, and left again", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/windows`);
  const [popup, tab] = [await oracle.middle("#open-popup"), await oracle.middle("#new-tab")];
  const tabs = (person: typeof endUser | typeof agent) => person.page.getByRole("navigation", { name: "Tabs" }).locator(".tab-name");
  // The list of tabs takes room, and the page follows; only then a point of it is one of the website for both.
  const opens = async (path: string) => {
    const size = await endUser.shared.fills();
    await expect.poll(() => agent.shared.viewport()).toEqual(size);
    await oracle.page.setViewportSize(size);
    await oracle.page.goto(`${stack.shop}${path}`);
  };
  const seesPage = async (path: string) => {
    await expect.poll(() => stack.state().where.path).toBe(path);
    await opens(path);
    for (const person of [endUser, agent]) {
      await expect(person.byTestId("address")).toHaveValue(new RegExp(`${path}$`));
      await oracle.isSeenBy(person.shared);
    }
  };

  await agent.shared.click(...popup);
  await seesPage("/size-guide");
  await expect(tabs(endUser)).toHaveCount(2);
  await expect(tabs(agent)).toHaveCount(2);
  // What the pod does in a page, it does in a popup of the same site too.
  await agent.shared.click(...(await oracle.middle("h1")), "right");
  await expect(agent.byTestId("page-menu")).toBeVisible();
  await agent.page.keyboard.press("Escape");

  await endUser.shared.click(...(await oracle.middle("#close-popup")));
  for (const person of [endUser, agent]) {
    await expect(person.page.getByRole("navigation", { name: "Tabs" })).toBeHidden();
    await expect(person.byTestId("address")).toHaveValue(/\/lab\/windows$/);
  }
  await opens("/lab/windows");
  await oracle.isSeenBy(agent.shared);

  await endUser.shared.click(...tab);
  await seesPage("/guide");
  await tabs(agent).first().click();
  await expect(endUser.byTestId("address")).toHaveValue(/\/lab\/windows$/);
  await opens("/lab/windows");
  await oracle.isSeenBy(endUser.shared);

  await endUser.ends();
  await oracle.close();
});
