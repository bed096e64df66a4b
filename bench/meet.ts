// Brings two people together on a page of the sample shop.

import type { Agent, EndUser } from "../e2e/harness/people.ts";
import type { Stack } from "../e2e/harness/stack.ts";

export async function meet(stack: Stack, endUser: EndUser, agent: Agent, path: string): Promise<void> {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}${path}`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
}
