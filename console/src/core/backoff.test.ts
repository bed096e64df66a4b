import { expect, test } from "vitest";
import { backoffMs } from "./backoff";

test("waits grow, have a limit, and are spread", () => {
  const longest = Array.from({ length: 12 }, (_, attempt) => backoffMs(attempt, () => 1));
  expect(longest.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 8000]);
  expect(longest.at(-1)).toBe(8000);
  expect(backoffMs(3, () => 0)).toBe(1000);
  expect(backoffMs(1_000_000, () => 1)).toBe(8000);
});
