// How long Stop takes: from the press, as the end user's browser got it, to the agent's curtain being painted. Both pages are
// of one machine and count from one clock.

import type { Agent, EndUser } from "./people.ts";

declare global {
  interface Window {
    curtainAt?: Promise<number>;
    stopAt?: number;
  }
}

/** The agent's page notes when a curtain, of these test ids, has been painted over the picture. */
async function watchCurtain(agent: Agent, ids: readonly string[]): Promise<void> {
  await agent.page.evaluate((ids) => {
    const covered = () => ids.some((id) => document.querySelector(`[data-testid=${id}]`) !== null);
    window.curtainAt = new Promise((resolve) => {
      // A frame is painted right after its animation callbacks, so a task queued there runs when it was.
      const painted = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
      if (covered()) return painted();
      const watch = new MutationObserver(() => {
        if (!covered()) return;
        watch.disconnect();
        painted();
      });
      watch.observe(document.body, { childList: true, subtree: true, attributes: true });
    });
  }, ids);
}

/** Presses Stop, lets `meanwhile` happen, and gives the milliseconds until the curtain was painted. */
export async function stopTakes(endUser: EndUser, agent: Agent, meanwhile: () => void = () => undefined, ids: readonly string[] = ["blanked"]): Promise<number> {
  await watchCurtain(agent, ids);
  await endUser.page.evaluate(() => {
    delete window.stopAt;
    const note = (event: Event) => (window.stopAt ??= performance.timeOrigin + event.timeStamp);
    addEventListener("pointerdown", note, { capture: true, once: true });
  });
  await endUser.byTestId("stop").click();
  meanwhile();
  const curtain = await agent.page.evaluate(() => window.curtainAt!);
  return curtain - (await endUser.page.evaluate(() => window.stopAt!));
}

export function median(figures: readonly number[]): number {
  return [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)]!;
}
