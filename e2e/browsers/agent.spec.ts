// The agent has another engine; the end user has Chromium.

import { Oracle } from "../harness/oracle.ts";
import { type Box, difference } from "../harness/pixels.ts";
import type { SharedPage } from "../harness/shared-page.ts";
import { expect, test } from "./fixtures.ts";

/** Waits until a part of the picture differs from what it was. */
async function changes(shared: SharedPage, part: Box, act: () => Promise<void>, share: number): Promise<void> {
  const before = await shared.part(part);
  await act();
  await expect.poll(async () => difference(before!, (await shared.part(part))!, 24)).toBeGreaterThan(share);
}

test("an agent signs in, acts, points and writes", async ({ browser, stack, endUser, person }) => {
  const pin = await endUser.asksForHelp(`${stack.shop}/`);
  await person.signsIn(stack, stack.signIn("northwind"));
  await person.isConfined();
  await person.keeps("pin");
  await person.fills("pin-input", pin);
  await person.pressesId("pin-submit");
  await person.sees("waiting");
  await endUser.allows();
  await person.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await person.viewport());
  await oracle.isSeenBy(person);
  await person.keeps("live");

  await person.clicks(...(await oracle.middle("#search")));
  await person.types("boots");
  await person.strikes("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["boots"]);
  await oracle.page.goto(`${stack.shop}/search?q=boots`);
  await oracle.isSeenBy(person);
  await oracle.isSeenBy(endUser.shared);

  const card = await oracle.box(".card");
  const around = { x: card.x - 12, y: card.y - 12, width: card.width + 24, height: card.height + 24 };
  await person.pressesId("tool-highlight");
  await changes(endUser.shared, around, () => person.clicks(card.x + card.width / 2, card.y + card.height / 2), 0.005);
  await person.pressesId("tool-laser");
  await changes(endUser.shared, { x: 560, y: 90, width: 60, height: 60 }, () => person.drags([[580, 110], [590, 120], [592, 122]]), 0.01);

  await person.pressesId("panel-chat");
  await endUser.opens("panel-chat");
  await person.fills("chat-input", "Look at this one");
  await person.strikes("Enter");
  await expect(endUser.page.getByText("Look at this one")).toBeVisible();
  await endUser.say("These boots?");
  await expect.poll(() => person.said()).toContain("These boots?");
  await person.keeps("chat");

  await endUser.byTestId("stop").click();
  await person.sees("blanked");
  expect(await person.picture()).toBeUndefined();
  await endUser.ends();
  await person.sees("end-reason");
  await oracle.close();
});
