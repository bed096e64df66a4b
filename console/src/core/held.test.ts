import { expect, test } from "vitest";
import { blindOf, toldOfHold, type Blind, type ToldOfHold } from "./held";

/** What is told after each state, from the beginning: "held", "stopped", both or "-". After "away" it was put away. */
function story(...states: string[]): ToldOfHold[] {
  let before: Blind = { held: false, stopped: false };
  let told: ToldOfHold;
  return states.map((state) => {
    if (state === "away") return (told = undefined);
    const now = { held: state.includes("held"), stopped: state.includes("stopped") };
    told = toldOfHold(before, now, told);
    before = now;
    return told;
  });
}

test("a pause is told, and its end", () => {
  expect(story("-", "held", "held", "-", "held")).toEqual([undefined, "held", "held", "lifted", "held"]);
});

test("its end is not told where the others see nothing for another reason", () => {
  expect(story("held", "held stopped", "stopped", "-")).toEqual(["held", "held", undefined, undefined]);
  expect(story("held", "-", "stopped", "-")).toEqual(["held", "lifted", undefined, undefined]);
});

test("what was put away stays away, until a Continue that does not bring the others back", () => {
  expect(story("held", "away", "held", "held stopped", "held")).toEqual(["held", undefined, undefined, undefined, "held"]);
  expect(story("-", "stopped", "-")).toEqual([undefined, undefined, undefined]);
});

test("a Stop is known by the choice that it waits for", () => {
  expect(blindOf({ held: true, warning: { code: "StopUnanswered", untilMs: 1 } })).toEqual({ held: true, stopped: true });
  expect(blindOf({ held: false, warning: { code: "Idle", untilMs: 1 } })).toEqual({ held: false, stopped: false });
});
