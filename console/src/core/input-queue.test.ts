import { expect, test } from "vitest";
import { TouchPhase, type Input } from "../gen/cobrowse/v1/stream_pb";
import { InputQueue } from "./input-queue";

function queue() {
  const sent: Input[] = [];
  return { queue: new InputQueue((input) => sent.push(input)), sent, cases: () => sent.map((input) => input.body.case) };
}

test("300 moves become one, and the click behind them is neither late nor first", () => {
  const { queue: input, sent, cases } = queue();
  for (let n = 0; n < 300; n++) input.move({ x: n, y: n });
  input.now({ case: "button", value: { at: { x: 299, y: 299 }, button: 0, down: true } });
  expect(cases()).toEqual(["move", "button"]);
  expect(sent[0]?.body.value).toMatchObject({ at: { x: 299, y: 299 } });
});

test("clicks and keys are never merged", () => {
  const { queue: input, cases } = queue();
  for (let n = 0; n < 5; n++) {
    input.now({ case: "button", value: { at: { x: 1, y: 1 }, button: 0, down: true } });
    input.now({ case: "button", value: { at: { x: 1, y: 1 }, button: 0, down: false } });
    input.now({ case: "key", value: { code: "KeyA", key: "a", down: true, modifiers: 0 } });
  }
  expect(cases()).toHaveLength(15);
});

test("turns of the wheel add up", () => {
  const { queue: input, sent } = queue();
  for (let n = 0; n < 10; n++) input.wheel({ x: n, y: 0 }, 0, 12);
  input.flush();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.body.value).toMatchObject({ dy: 120, at: { x: 9 } });
});

test("fingers merge each for itself", () => {
  const { queue: input, sent } = queue();
  for (let n = 0; n < 10; n++) {
    input.touchMove(0, { x: n, y: 0 });
    input.touchMove(1, { x: 0, y: n });
  }
  input.flush();
  expect(sent.map((one) => one.body.value)).toMatchObject([{ id: 0, phase: TouchPhase.MOVE, at: { x: 9 } }, { id: 1, at: { y: 9 } }]);
});

test("numbers rise by one and start anew with a stream; what waited for the old stream is gone", () => {
  const { queue: input, sent } = queue();
  input.move({ x: 1, y: 1 });
  input.flush();
  input.now({ case: "releaseAll", value: true });
  expect(sent.map((one) => one.seq)).toEqual([1n, 2n]);
  input.move({ x: 2, y: 2 });
  input.restart();
  expect(input.idle).toBe(true);
  input.now({ case: "releaseAll", value: true });
  expect(sent.at(-1)?.seq).toBe(1n);
});
