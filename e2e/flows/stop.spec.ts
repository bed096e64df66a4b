// Stop blanks the agent at once, whatever in the chain hangs: Chrome, or the pod's own process.

import { below, frozen } from "../harness/freeze.ts";
import { expect, test } from "../harness/fixtures.ts";
import type { Agent, EndUser } from "../harness/people.ts";

/** The bar is 200 ms on an idle machine; tests share theirs with two more browsers. */
const BLANK_WITHIN_MS = 400;

async function watchFor(agent: Agent): Promise<void> {
  await agent.page.evaluate(() => {
    const blanked = () => document.querySelector("[data-testid=blanked]") !== null;
    window.blankedAt = new Promise((resolve) => {
      const watch = new MutationObserver(() => blanked() && resolve(Date.now()));
      watch.observe(document.body, { childList: true, subtree: true, attributes: true });
    });
  });
}

declare global {
  interface Window {
    blankedAt?: Promise<number>;
    stoppedAt?: number;
  }
}

/** Presses Stop; the milliseconds until the agent's page had its curtain, by the clock both browsers share. */
async function stops(endUser: EndUser, agent: Agent): Promise<number> {
  await watchFor(agent);
  await endUser.page.evaluate(() => addEventListener("click", () => (window.stoppedAt ??= Date.now()), { capture: true }));
  await endUser.byTestId("stop").click();
  const blanked = await agent.page.evaluate(() => window.blankedAt!);
  return blanked - (await endUser.page.evaluate(() => window.stoppedAt!));
}

const hangs = [["nothing", undefined], ["Chrome", /chromium.*--type=renderer|chromium\/chromium/], ["the pod's agent side", /browser-pod agent/]] as const;

for (const [what, command] of hangs) {
  test(`Stop while ${what} hangs`, async ({ stack, endUser, agent }) => {
    await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/lab/trail`));
    await endUser.allows();
    await agent.shared.showsSomething();
    const pids = command ? below(stack.door.child.pid!, command) : [];
    const act = async () => {
      expect(await stops(endUser, agent)).toBeLessThan(BLANK_WITHIN_MS);
      await agent.shared.isBlank(1_000);
    };
    await (command ? frozen(pids, act) : act());
    await endUser.byTestId("continue").click();
    await agent.shared.showsSomething();
    await endUser.ends();
  });
}
