import { describe, expect, test } from "vitest";
import { fit, onPage, panBy, toPage, toStage, wantedViewport, WHOLE, zoomAt, ZOOM_MAX } from "./viewport";

const page = { width: 1280, height: 800 };

describe("fitting", () => {
  test("one to one when the stage has the page's size", () => {
    expect(fit(page, page)).toEqual({ scale: 1, offset: { x: 0, y: 0 } });
  });
  test("letterboxes in the middle, and never enlarges", () => {
    expect(fit({ width: 640, height: 800 }, page)).toEqual({ scale: 0.5, offset: { x: 0, y: 200 } });
    expect(fit({ width: 2000, height: 1000 }, page)).toEqual({ scale: 1, offset: { x: 360, y: 100 } });
  });
  test("survives a stage without size", () => {
    expect(fit({ width: 0, height: 0 }, page).scale).toBe(1);
  });
});

describe("coordinates", () => {
  test("there and back is exact at any stage, zoom and place", () => {
    for (const stage of [{ width: 360, height: 628 }, { width: 1111, height: 733 }, { width: 2560, height: 1440 }]) {
      for (const zoom of [1, 1.7, 4]) {
        const fitted = fit(stage, page, { zoom, centre: { x: 0.3, y: 0.8 } });
        for (const spot of [{ x: 0, y: 0 }, { x: 17.5, y: 33.25 }, { x: 1279, y: 799 }]) {
          const back = toPage(toStage(spot, fitted), page, fitted);
          expect(back.x).toBeCloseTo(spot.x, 6);
          expect(back.y).toBeCloseTo(spot.y, 6);
        }
      }
    }
  });
  test("the bars beside the page are not the page", () => {
    const stage = { width: 640, height: 800 };
    const fitted = fit(stage, page);
    expect(onPage({ x: 320, y: 100 }, page, fitted)).toBe(false);
    expect(onPage({ x: 320, y: 400 }, page, fitted)).toBe(true);
    expect(toPage({ x: 320, y: 0 }, page, fitted)).toEqual({ x: 640, y: 0 });
    expect(toPage({ x: 900, y: 900 }, page, fitted).x).toBeLessThan(1280);
  });
});

describe("zoom and pan", () => {
  const stage = { width: 360, height: 628 };
  test("what is under the fingers stays there", () => {
    const anchor = { x: 120, y: 300 };
    const before = toPage(anchor, page, fit(stage, page));
    const lens = zoomAt(WHOLE, 2.5, anchor, stage, page);
    const after = toPage(anchor, page, fit(stage, page, lens));
    expect(after.x).toBeCloseTo(before.x, 3);
  });
  test("has limits, and settles on the whole page", () => {
    expect(zoomAt(WHOLE, 100, { x: 0, y: 0 }, stage, page).zoom).toBe(ZOOM_MAX);
    expect(zoomAt({ zoom: 1.2, centre: { x: 0.1, y: 0.1 } }, 0.5, { x: 0, y: 0 }, stage, page)).toEqual(WHOLE);
  });
  test("moving shows no emptiness beyond the page's edge", () => {
    const lens = panBy({ zoom: 3, centre: { x: 0.5, y: 0.5 } }, 100_000, 0, stage, page);
    expect(fit(stage, page, lens).offset.x).toBe(0);
  });
});

test("the wanted viewport keeps the contract's limits", () => {
  expect(wantedViewport({ width: 100, height: 9000 }, 1, false)).toEqual({ width: 240, height: 2560, scalePercent: 100, touch: false });
  expect(wantedViewport({ width: 360, height: 628 }, 3, true)).toEqual({ width: 360, height: 628, scalePercent: 200, touch: true });
  expect(wantedViewport({ width: 1440, height: 900 }, 2, false).scalePercent).toBe(100);
});
