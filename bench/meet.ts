// Brings two people together on a page of the sample shop.

import type { Agent, EndUser } from "../e2e/harness/people.ts";
import type { Product } from "../e2e/harness/product.ts";

/** `door` is the way by which the end user reaches session-api. */
export async function meet(stack: Product, endUser: EndUser, agent: Agent, path: string, door = stack.console): Promise<void> {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}${path}`, door));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
}
