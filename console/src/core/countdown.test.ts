import { expect, test } from "vitest";
import { clock, countdownSays, secondsLeft, withoutChoice, worthSaying } from "./countdown";

test("clock", () => {
  const rows: Array<[number, string]> = [[0, "0:00"], [5, "0:05"], [581, "9:41"], [3723, "1:02:03"]];
  for (const [seconds, text] of rows) expect(clock(seconds)).toBe(text);
});

test("time left is never below zero and rounds up", () => {
  expect(secondsLeft(10_500, 10_000)).toBe(1);
  expect(secondsLeft(10_000, 10_001)).toBe(0);
});

test("not every second is said", () => {
  const said = Array.from({ length: 181 }, (_, n) => n).filter(worthSaying);
  expect(said).toEqual([10, 30, 60, 120, 180]);
});

test("a countdown is said when it begins, when it was moved, and seldom in between", () => {
  expect(countdownSays(undefined, 47)).toBe(true);
  expect(countdownSays(47, 46)).toBe(false);
  expect(countdownSays(31, 30)).toBe(true);
  expect(countdownSays(30, 30)).toBe(false);
  expect(countdownSays(28, 1_828)).toBe(true);
  expect(countdownSays(280, 28)).toBe(true);
});

test("what is told of the end without a choice", () => {
  expect(withoutChoice(undefined, false, true)).toBeUndefined();
  expect(withoutChoice(undefined, true, true)).toBe("stop.choice");
  expect(withoutChoice(12, true, false)).toBe("stop.countdown");
  expect(withoutChoice(0, true, true)).toBe("stop.ending");
  expect(withoutChoice(0, true, false)).toBe("stop.ending.unseen");
});
