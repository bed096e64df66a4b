import { expect, test } from "vitest";
import { backoffMs } from "./backoff";

test("waits grow, have a limit, and are spread", () => {
  const longest = Array.from({ length: 12 }, (_, attempt) => backoffMs(attempt, () => 1));
  expect(longest.slice(0, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 8000]);
  expect(longest.at(-1)).toBe(8000);
  expect(backoffMs(3, () => 0)).toBe(400);
  expect(backoffMs(1_000_000, () => 1)).toBe(8000);
});
