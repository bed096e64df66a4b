// Questions of the page: both see them, either answers, and the website gets the answer.

import { expect, test } from "../harness/fixtures.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import { acts, together } from "../harness/together.ts";

const shown = async (people: readonly (EndUser | Agent)[], text: string | RegExp) => {
  for (const person of people) await expect(person.byTestId("page-dialog")).toContainText(text);
};

test("alert, confirm and prompt are shown to both, and either answers", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/dialogs`);
  const both = [endUser, agent];
  const asks = async (person: EndUser | Agent, kind: string) => person.shared.click(...(await oracle.middle(`[data-dialog=${kind}]`)));
  const answered = async (kind: string, answer: unknown) => {
    await expect.poll(() => acts(stack, "dialog").at(-1)).toEqual({ act: "dialog", kind, answer });
    for (const person of both) await expect(person.byTestId("page-dialog")).toBeHidden();
  };

  await asks(agent, "alert");
  await shown(both, "The hut is full tonight.");
  await endUser.byTestId("dialog-ok").click();
  await answered("alert", "closed");

  await asks(endUser, "confirm");
  await shown(both, "Do you want to walk on?");
  await agent.byTestId("dialog-cancel").click();
  await answered("confirm", false);
  await asks(agent, "confirm");
  await shown(both, "Do you want to walk on?");
  await agent.byTestId("dialog-ok").click();
  await answered("confirm", true);

  await asks(agent, "prompt");
  await shown(both, "Which hut next?");
  await endUser.byTestId("dialog-text").fill("Peak hut");
  await endUser.byTestId("dialog-ok").click();
  await answered("prompt", "Peak hut");
  await asks(endUser, "prompt");
  await shown(both, "Which hut next?");
  await agent.byTestId("dialog-cancel").click();
  await answered("prompt", null);

  await endUser.ends();
  await oracle.close();
});

test("a page that asks before it is left stays or goes as they answer", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/dialogs`);
  await endUser.shared.click(...(await oracle.middle("[data-dialog=leave]")));
  await expect.poll(() => acts(stack, "dialog").length).toBe(1);
  const toTheGuide = await oracle.middle(".top nav a[href='/guide']");

  await agent.shared.click(...toTheGuide);
  await shown([endUser, agent], /Changes that you made/);
  await endUser.byTestId("dialog-cancel").click();
  await expect(agent.byTestId("page-dialog")).toBeHidden();
  await oracle.isSeenBy(agent.shared, 0.1);
  expect(stack.state().where.path).toBe("/lab/dialogs");

  await endUser.shared.click(...toTheGuide);
  await shown([endUser, agent], /Changes that you made/);
  await agent.byTestId("dialog-ok").click();
  await expect.poll(() => stack.state().where.path).toBe("/guide");
  await oracle.page.goto(`${stack.shop}/guide`);
  await oracle.isSeenBy(endUser.shared);

  await endUser.ends();
  await oracle.close();
});

test("Stop is there and works while the page asks", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/dialogs`);
  await agent.shared.click(...(await oracle.middle("[data-dialog=confirm]")));
  await shown([endUser, agent], "Do you want to walk on?");
  await endUser.byTestId("stop").click();
  await agent.shared.isBlank();
  await expect(agent.byTestId("dialog-ok")).toBeDisabled();
  await endUser.byTestId("continue").click();
  await agent.byTestId("dialog-ok").click();
  await expect.poll(() => acts(stack, "dialog").at(-1)).toEqual({ act: "dialog", kind: "confirm", answer: true });
  await endUser.ends();
  await oracle.close();
});
