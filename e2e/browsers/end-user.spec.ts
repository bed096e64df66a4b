// The end user has another engine; the agent has Chromium.

import { found, planted } from "../harness/secrets.ts";
import { searchAndOpen, stopAndContinue, together } from "../harness/together.ts";
import { expect, test } from "./fixtures.ts";
import { SIMPLER } from "./person.ts";

test("an end user goes from the shop and back", async ({ browser, stack, agent, person }) => {
  await person.arrives(`${stack.shop}/`);
  await person.elements.sees("start-button");
  expect(await person.elements.said(), "pictures will come as H.264").not.toContain(SIMPLER);
  const pin = await person.starts();
  await person.isConfined();
  await person.keeps("pin");
  const oracle = await together(browser, person, agent, `${stack.shop}/`, pin);
  await oracle.isSeenBy(person.shared);
  await person.keeps("live");
  await person.shared.wheel(400, 300, 200);
  await expect.poll(() => stack.state().where.scrollY).toBeGreaterThan(0);
  await person.shared.wheel(400, 300, -400);
  await expect.poll(() => stack.state().where.scrollY).toBe(0);
  await searchAndOpen(stack, oracle, person, agent);

  await person.shared.click(...(await oracle.middle("nav a[href='/account']")));
  await oracle.page.goto(`${stack.shop}/account`);
  await oracle.isSeenBy(person.shared);
  for (const [field, text] of [["email", "ada@example.com"], ["password", planted.password]] as const) {
    await person.shared.click(...(await oracle.middle(`#${field}`)));
    await expect.poll(() => stack.state().where.focus).toBe(field);
    await person.shared.type(text);
  }
  await person.shared.click(...(await oracle.middle("#show-password")));
  await person.elements.says(planted.password);
  await person.keeps("password");
  await person.shared.click(...(await oracle.middle("#sign-in")));
  await expect.poll(() => stack.state().signIns).toEqual([{ name: "ada", passwordLength: planted.password.length }]);
  expect(found(agent.tap.bytes())).toEqual([]);

  // The same sign-in, so that it shows the same page.
  await oracle.page.fill("#email", "ada@example.com");
  await oracle.page.fill("#password", planted.password);
  await oracle.page.click("#sign-in");
  await stopAndContinue(oracle, person, agent, () => person.keeps("stopped"));
  await person.ends();
  await agent.seesTheEnd();
  await person.keeps("ended");
  await person.elements.presses("return");
  await expect.poll(() => person.window.evaluate("location.href")).toBe(`${stack.shop}/account`);
  await oracle.close();
});
