import { expect, test } from "vitest";
import { placesIn } from "./visible";

const page = { width: 390, height: 780 };
const whole = { "--seen-corner": "none", "--seen-place": "none", "--seen-width": "100%", "--seen-height": "100%" };

test("a window that is seen wholly moves nothing", () => {
  expect(placesIn({ left: 0, top: 0, width: 390, height: 780, scale: 1 }, page)).toEqual(whole);
  expect(placesIn({ left: 0, top: 0.4, width: 389.6, height: 779.6, scale: 1 }, page)).toEqual(whole);
});

test("a keyboard that lies over the page's foot", () => {
  expect(placesIn({ left: 0, top: 0, width: 390, height: 440, scale: 1 }, page)).toEqual({ ...whole, "--seen-height": "440px" });
});

test("a keyboard that pushed the page up", () => {
  expect(placesIn({ left: 0, top: 180, width: 390, height: 600, scale: 1 }, page)).toEqual({
    "--seen-corner": "translate(0px, 180px) scale(1)", "--seen-place": "translate(0px, 180px) scale(1)", "--seen-width": "390px", "--seen-height": "600px",
  });
});

test("two fingers that made the page twice as large", () => {
  expect(placesIn({ left: 50, top: 300, width: 195, height: 390, scale: 2 }, page)).toEqual({
    "--seen-corner": "translate(-145px, 300px) scale(0.5)", "--seen-place": "translate(50px, 300px) scale(0.5)", "--seen-width": "390px", "--seen-height": "780px",
  });
});
