// Browsers that lack something: pictures without H.264, or a clear message before the PIN. Never a PIN that leads nowhere.

import { Oracle } from "../harness/oracle.ts";
import { expect, test, type Lack } from "./fixtures.ts";

test.describe("without OffscreenCanvas in workers", () => {
  test.use({ without: ["OffscreenCanvas"] });
  test("a message comes instead of a PIN", async ({ stack, person }) => {
    await person.arrives(`${stack.shop}/`);
    await expect.poll(() => person.said(), { timeout: 20_000 }).toContain("OffscreenCanvas");
    expect(await person.place("[data-testid=start-button]")).toBeUndefined();
    await person.keeps("message");
  });
});

const lacks: Lack[] = ["WebCodecs", "H.264"];
for (const lack of lacks) {
  test.describe(`without ${lack}`, () => {
    test.use({ without: [lack] });
    test(`pictures come as JPEG without ${lack}`, async ({ browser, engine, stack, agent, person }) => {
      test.skip(engine === "firefox" && lack === "H.264", "Firefox takes the decoders of the system and has no setting for one of them");
      await person.arrives(`${stack.shop}/`);
      await person.sees("start-button");
      expect(await person.said()).toMatch(/in a simpler way/);
      await person.pressesId("start-button");
      await person.sees("pin");
      await agent.entersPin((await person.text("pin")).replace(/\D/g, ""));
      await person.allows();
      const oracle = await Oracle.look(browser, `${stack.shop}/`, { width: 1, height: 1 });
      await person.showsSomething();
      await oracle.page.setViewportSize(await person.viewport());
      await oracle.isSeenBy(person);
      await person.clicks(...(await oracle.middle(".card")));
      await expect.poll(() => stack.state().where.path).toMatch(/^\/product\//);
      await oracle.page.goto(stack.shop + stack.state().where.path);
      await oracle.isSeenBy(person);
      await oracle.close();
    });
  });
}
