import { expect, test } from "vitest";
import { grade, Quality } from "./quality";

test("round trip from the time that comes back", () => {
  const quality = new Quality();
  const sent = quality.stamp(1_000);
  expect(quality.echo(sent, 1_040)).toBe(true);
  expect(quality.read().rttMs).toBe(40);
  quality.echo(quality.stamp(2_000), 2_140);
  expect(quality.read().rttMs).toBe(70);
});

test("the server's own keepalives and nonsense tell nothing", () => {
  const quality = new Quality();
  expect(quality.echo(0n, 5)).toBe(false);
  expect(quality.echo(9_000_000n, 5)).toBe(false);
  expect(quality.read().rttMs).toBeUndefined();
});

test("pictures per second over the last two seconds", () => {
  const quality = new Quality();
  for (let now = 0; now < 4_000; now += 50) quality.picture(now);
  expect(quality.beat(4_000)).toBe(true);
  expect(quality.read().perSecond).toBe(20);
  expect(quality.beat(4_100)).toBe(false);
});

test("grades", () => {
  expect([undefined, 20, 150, 900].map(grade)).toEqual(["good", "good", "fair", "poor"]);
});
