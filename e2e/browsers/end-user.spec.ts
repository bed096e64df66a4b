// The end user has another engine; the agent has Chromium.

import { Oracle } from "../harness/oracle.ts";
import { found, planted } from "../harness/secrets.ts";
import { expect, test } from "./fixtures.ts";

test("an end user goes from the shop and back", async ({ browser, stack, agent, person }) => {
  const pin = await person.asksForHelp(`${stack.shop}/`);
  expect(pin).toMatch(/^\d{6,}$/);
  await person.isConfined();
  await person.keeps("pin");
  await agent.entersPin(pin);
  await person.allows();
  await person.showsSomething();
  await agent.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await person.viewport());
  await oracle.isSeenBy(person);
  await person.keeps("live");

  await person.clicks(...(await oracle.middle("#search")));
  await person.types("boots");
  await person.strikes("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["boots"]);
  await oracle.page.goto(`${stack.shop}/search?q=boots`);
  await oracle.isSeenBy(person);
  await oracle.isSeenBy(agent.shared);

  await person.clicks(...(await oracle.middle("nav a[href='/account']")));
  await oracle.page.goto(`${stack.shop}/account`);
  await oracle.isSeenBy(person);
  await person.clicks(...(await oracle.middle("#email")));
  await expect.poll(() => stack.state().where.focus).toBe("email");
  await person.types("ada@example.com");
  await person.clicks(...(await oracle.middle("#password")));
  await expect.poll(() => stack.state().where.focus).toBe("password");
  await person.types(planted.password);
  await person.clicks(...(await oracle.middle("#show-password")));
  await expect.poll(() => person.window.evaluate("document.querySelector('.protected')?.textContent")).toContain(planted.password);
  await person.keeps("password");
  expect(await agent.page.locator("body").innerText()).not.toContain(planted.password);
  await person.clicks(...(await oracle.middle("#sign-in")));
  await expect.poll(() => stack.state().signIns.at(-1)).toEqual({ name: "ada", passwordLength: planted.password.length });
  expect(found(agent.tap.bytes())).toEqual([]);

  await person.pressesId("stop");
  await agent.shared.isBlank();
  await person.keeps("stopped");
  await person.pressesId("continue");
  await agent.shared.showsSomething();
  await person.pressesId("stop");
  await person.pressesId("end");
  await person.sees("end-reason");
  await person.keeps("ended");
  await person.pressesId("return");
  await expect.poll(() => person.window.evaluate("location.href")).toBe(`${stack.shop}/account`);
  await oracle.close();
});
