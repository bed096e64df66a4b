// Clicks, moves, keys and wheels in the form of the W3C's "Actions".

import type { Actions } from "./window.ts";

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Names of keys as WebDriver's own characters. */
const KEYS: Record<string, string> = { Enter: "\uE007", Tab: "\uE004", Escape: "\uE00C", Control: "\uE009", Shift: "\uE008", Backspace: "\uE003" };

const pointer = (actions: object[]) => ({ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions });
const move = ({ x, y }: Spot) => ({ type: "pointerMove", x: Math.round(x), y: Math.round(y), duration: 0 });
const down = { type: "pointerDown", button: 0 };
const up = { type: "pointerUp", button: 0 };

export const click = (at: Spot): Actions => [pointer([move(at), down, up])];

/** Presses at the first spot, moves through the others, releases. */
export const drag = ([first, ...others]: readonly Spot[]): Actions => [pointer([move(first!), down, ...others.map(move), up])];

export const wheel = ({ x, y }: Spot, deltaY: number): Actions => [
  { type: "wheel", id: "wheel", actions: [{ type: "scroll", x: Math.round(x), y: Math.round(y), deltaX: 0, deltaY, duration: 0 }] },
];

const stroke = (value: string) => [{ type: "keyDown", value }, { type: "keyUp", value }];
const keyboard = (actions: object[]): Actions => [{ type: "key", id: "keyboard", actions }];

export const type = (text: string): Actions => keyboard([...text].flatMap(stroke));

/** "Enter", "Control+a". */
export function press(combination: string): Actions {
  const keys = combination.split("+").map((name) => KEYS[name] ?? name);
  const released = keys.toReversed().map((value) => ({ type: "keyUp", value }));
  return keyboard([...keys.map((value) => ({ type: "keyDown", value })), ...released]);
}
