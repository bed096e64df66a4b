// Brings an end user and an agent together on a page, as most flows begin.

import type { Browser } from "@playwright/test";
import { Oracle } from "./oracle.ts";
import type { Agent, EndUser } from "./people.ts";
import type { Stack } from "./stack.ts";

/** Both see the page at `address`, joined by a PIN that was asked for already or is now; the oracle looks at it too, at the same size. */
export async function together(browser: Browser, endUser: EndUser, agent: Agent, address: string, pin?: string): Promise<Oracle> {
  await agent.entersPin(pin ?? (await endUser.asksForHelp(address)));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, address, await agent.shared.viewport());
  await oracle.isSeenBy(agent.shared);
  return oracle;
}

/** What the website noted as done on it, newest last. */
export const acts = (stack: Stack, act: string) => stack.state().acts.filter((one) => one["act"] === act);

/** What the page of keys had in its field after each change. Reports of quick changes overtake each other. */
export const typed = (stack: Stack) => acts(stack, "typed").map((one) => one["text"]);
