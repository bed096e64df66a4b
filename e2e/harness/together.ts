// Brings an end user and an agent together on a page, as most flows begin, and what both do in the main one.

import { type Browser, expect } from "@playwright/test";
import { Oracle } from "./oracle.ts";
import type { AgentsSide, EndUsersSide, Side } from "./sides.ts";
import type { Product } from "./product.ts";

/** Both see the page at `address`, joined by a PIN that was asked for already or is now; the oracle looks at it too, at the same size. */
export async function together(browser: Browser, endUser: EndUsersSide, agent: AgentsSide, address: string, pin?: string): Promise<Oracle> {
  await agent.entersPin(pin ?? (await endUser.asksForHelp(address)));
  await agent.waits();
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, address, await agent.shared.viewport());
  await oracle.isSeenBy(agent.shared);
  return oracle;
}

/** In the shop one person searches by a click and keys, and the other opens what was found; both see what came of it. */
export async function searchAndOpen(stack: Product, oracle: Oracle, searches: Side, opens: Side): Promise<void> {
  await searches.shared.click(...(await oracle.middle("#search")));
  await searches.shared.type("boots");
  await searches.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["boots"]);
  await oracle.page.goto(`${stack.shop}/search?q=boots`);
  await oracle.isSeenBy(searches.shared);
  await oracle.isSeenBy(opens.shared);

  await opens.shared.click(...(await oracle.middle(".card")));
  await expect.poll(() => stack.state().where.path).toBe("/product/tarn-boots");
  await oracle.page.goto(`${stack.shop}/product/tarn-boots`);
  await oracle.isSeenBy(searches.shared);
  await oracle.isSeenBy(opens.shared);
}

/** Stop blanks the agent; Continue shows what the oracle shows. */
export async function stopAndContinue(oracle: Oracle, endUser: EndUsersSide, agent: AgentsSide, meanwhile?: () => Promise<void>): Promise<void> {
  await endUser.stops();
  await agent.shared.isBlank();
  await meanwhile?.();
  await endUser.continues();
  await oracle.isSeenBy(agent.shared);
}

/** What the website noted as done on it, newest last. */
export const acts = (stack: Product, act: string) => stack.state().acts.filter((one) => one["act"] === act);

/** What the page of keys had in its field after each change. Reports of quick changes overtake each other. */
export const typed = (stack: Product) => acts(stack, "typed").map((one) => one["text"]);
