// What the end user, who goes on alone, is told of an administrator's pause. Pure.

import type { LiveState } from "./live";

/** "held": it holds. "lifted": it is over, and the others see the page again by nothing that this person did. */
export type ToldOfHold = "held" | "lifted" | undefined;

/** Why the others see nothing, as far as it is known. */
export interface Blind {
  /** By an administrator. */
  held: boolean;
  /** By this person's own Stop. */
  stopped: boolean;
}

export function blindOf({ held, warning }: Pick<LiveState, "held" | "warning">): Blind {
  return { held, stopped: warning?.code === "StopUnanswered" };
}

/** What is told from now on. */
export function toldOfHold(before: Blind, now: Blind, told: ToldOfHold): ToldOfHold {
  // Also after a Continue, which does not bring the others back then.
  if (now.held && (!before.held || (before.stopped && !now.stopped))) return "held";
  const next = before.held && !now.held ? "lifted" : told;
  return next === "lifted" && now.stopped ? undefined : next;
}
