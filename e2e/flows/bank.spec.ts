// The second tenant: its own site, its own people, and nothing of it for the first tenant's.

import { refusedCall, sessionOf } from "../harness/calls.ts";
import { expect, test } from "../harness/fixtures.ts";
import { Agent } from "../harness/people.ts";
import { found, planted } from "../harness/secrets.ts";
import { together } from "../harness/together.ts";
import { reach, type Scene } from "../harness/travel.ts";

test("a transfer at the bank, and a stranger of the shop who gets nothing", async ({ browser, stack, endUser, agent: stranger }) => {
  const pin = await endUser.asksForHelp(`${stack.bank}/`);
  await stranger.entersPin(pin);
  await stranger.isRefused();

  const agent = await Agent.signIn(browser, stack, stack.signIn("contoso"));
  const oracle = await together(browser, endUser, agent, `${stack.bank}/`, pin);
  const scene = (person: Agent | typeof endUser): Scene => ({ stack, oracle, shared: person.shared, scroll: (dy) => person.shared.wheel(200, 300, dy) });
  const fills = async (person: Agent | typeof endUser, id: string, text: string) => {
    await person.shared.click(...(await reach(scene(person), `#${id}`)));
    await expect.poll(() => stack.state().where.focus).toBe(id);
    await person.shared.type(text);
  };
  await fills(agent, "to", "Ada Lovelace");
  await fills(agent, "amount", "120");
  await fills(agent, "reference", "Tent");
  await fills(endUser, "code", planted.code);
  await expect.poll(() => endUser.tap.bytes().includes(planted.code)).toBe(true);

  const session = await sessionOf(endUser.page);
  expect(await refusedCall(stranger.page, "GetSession", session)).toBe("SessionNotFound");
  expect(await refusedCall(stranger.page, "CreateTicket", session)).toBe("SessionNotFound");
  await endUser.shared.press("Enter");
  await expect.poll(() => stack.state().transfers).toEqual([{ to: "Ada Lovelace", amount: 120, reference: "Tent" }]);

  expect(agent.tap.frames).toBeGreaterThan(10);
  expect(found(agent.tap.bytes())).toEqual([]);
  expect(stranger.tap.frames).toBe(0);
  expect(stranger.tap.bytes().includes("Contoso")).toBe(false);
  await expect(stranger.shared.canvas).toBeHidden();
  await endUser.ends();
  await agent.context.close();
  await oracle.close();
});
