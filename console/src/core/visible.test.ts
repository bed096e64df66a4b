import { expect, test } from "vitest";
import { cornerTransform } from "./visible";

test("a window that is seen wholly moves nothing", () => {
  expect(cornerTransform({ left: 0, top: 0, width: 390, scale: 1 }, 390)).toBe("none");
  expect(cornerTransform({ left: 0, top: 0.4, width: 389.6, scale: 1 }, 390)).toBe("none");
});

test("a keyboard that pushed the page up", () => {
  expect(cornerTransform({ left: 0, top: 180, width: 390, scale: 1 }, 390)).toBe("translate(0px, 180px) scale(1)");
});

test("two fingers that made the page twice as large", () => {
  expect(cornerTransform({ left: 50, top: 300, width: 195, scale: 2 }, 390)).toBe("translate(-145px, 300px) scale(0.5)");
});
