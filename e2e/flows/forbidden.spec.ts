// Ways out of the tenant's sites: each is refused with words for both, and nobody ever arrives there.

import { expect, test } from "../harness/fixtures.ts";
import { acts, together } from "../harness/together.ts";

const refused = "That address is outside this website, so it was not opened.";
const ways = [["a link", "#leave"], ["a redirect", "#partner"], ["a script", "[data-elsewhere=script]"], ["a popup", "[data-elsewhere=popup]"]] as const;

test("a link, a redirect, a script and a popup lead nowhere else", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/windows`);
  for (const [index, [way, selector]] of ways.entries()) {
    await test.step(way, async () => {
      const person = index % 2 === 0 ? agent : endUser;
      await person.shared.click(...(await oracle.middle(selector)));
      for (const one of [endUser, agent]) {
        const notice = one.page.locator("[data-testid=notice][data-code=SiteNotAllowed]");
        await expect(notice).toHaveText(refused);
        await notice.getByRole("button", { name: "Close" }).click();
        await expect(notice).toBeHidden();
        await expect(one.byTestId("address")).toHaveValue(/\/lab\/windows$/);
        await oracle.isSeenBy(one.shared);
      }
    });
  }
  await agent.byTestId("address").fill(stack.shop.replace("//shop.", "//elsewhere."));
  await agent.byTestId("address").press("Enter");
  await expect(agent.page.getByText("That address is not one of the supported websites.")).toBeVisible();

  // What is asked of the site still arrives, so whatever left before would have arrived too.
  await agent.shared.click(...(await oracle.middle("#search")));
  await agent.shared.type("stove");
  await agent.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["stove"]);
  expect(acts(stack, "elsewhere")).toEqual([]);
  await endUser.ends();
  await oracle.close();
});
