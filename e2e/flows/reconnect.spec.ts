// A network is cut: nobody sees what they should not, and the same page is there when it is back.

import { expect, test } from "../harness/fixtures.ts";
import { Link } from "../harness/link.ts";
import { Oracle } from "../harness/oracle.ts";
import { Agent, EndUser } from "../harness/people.ts";

test("the agent's network is cut and comes back", async ({ browser, embedded: stack, endUser }) => {
  const link = await Link.to(stack.console);
  const agent = await Agent.signIn(browser, stack, stack.signIn("northwind"), {}, link.origin);
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`));
  await endUser.allows();
  await agent.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/guide`, await agent.shared.viewport());
  await oracle.isSeenBy(agent.shared);

  link.cut();
  await agent.shared.isBlank(4_000);
  await oracle.isSeenBy(endUser.shared);
  link.mend();
  await oracle.isSeenBy(agent.shared);

  await agent.ends();
  await agent.context.close();
  await oracle.close();
  await link.end();
});

test("the end user's network is cut and comes back", async ({ browser, embedded: stack, agent }) => {
  const link = await Link.to(stack.console);
  const endUser = await EndUser.arrive(browser);
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`, link.origin));
  await endUser.allows();
  await agent.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/guide`, await agent.shared.viewport());
  await oracle.isSeenBy(agent.shared);

  link.cut();
  await endUser.shared.isBlank(6_000);
  await agent.shared.isBlank(8_000);
  link.mend();
  await oracle.isSeenBy(endUser.shared);
  await oracle.isSeenBy(agent.shared);
  await expect(endUser.byTestId("stop")).toBeVisible();

  await endUser.ends();
  await endUser.context.close();
  await oracle.close();
  await link.end();
});
