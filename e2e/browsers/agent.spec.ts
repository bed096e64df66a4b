// The agent has another engine; the end user has Chromium.

import { searchAndOpen, stopAndContinue, together } from "../harness/together.ts";
import { expect, test } from "./fixtures.ts";

test("an agent signs in, acts, points and writes", async ({ browser, stack, endUser, person }) => {
  await person.signsIn(stack, stack.signIn("northwind"));
  await person.isConfined();
  await person.keeps("pin");
  const oracle = await together(browser, endUser, person, `${stack.shop}/`);
  await oracle.isSeenBy(endUser.shared);
  await person.keeps("live");
  await searchAndOpen(stack, oracle, person, endUser);

  const add = await oracle.box("#add");
  const around = { x: add.x - 12, y: add.y - 12, width: add.width + 24, height: add.height + 24 };
  await person.elements.presses("tool-highlight");
  await endUser.shared.changes(around, () => person.shared.click(add.x + add.width / 2, add.y + add.height / 2), 0.005);
  await person.elements.presses("tool-laser");
  await endUser.shared.changes({ x: 560, y: 90, width: 60, height: 60 }, () => person.shared.drag([[580, 110], [590, 120], [592, 122]]), 0.01);
  expect(stack.state().acts).toEqual([]);

  await stopAndContinue(oracle, endUser, person, () => person.keeps("stopped"));

  await person.elements.presses("panel-chat");
  await endUser.opens("panel-chat");
  await person.elements.fills("chat-input", "Look at this one");
  await person.shared.press("Enter");
  await expect(endUser.page.getByText("Look at this one")).toBeVisible();
  await endUser.say("These boots?");
  await person.elements.says("These boots?");
  await person.keeps("chat");
  await endUser.ends();
  await person.seesTheEnd();
  await person.keeps("ended");
  await oracle.close();
});
