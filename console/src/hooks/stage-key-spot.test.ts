import { expect, test, vi } from "vitest";
import type { Tool } from "../core/tools";
import { KeySpot } from "./stage-key-spot";
import type { StageContext } from "./stage-context";

function holding(tool: Tool, mayPoint = true) {
  const said: unknown[] = [];
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => {
    draw();
    return 0;
  });
  const context = {
    controller: { guide: (body: unknown) => said.push(body) }, page: { width: 400, height: 300 }, tool, mayPoint,
    onTool: (next: Tool) => said.push(next), onTextAt: (at: unknown) => said.push(at), setKeySpot: () => undefined,
  } as unknown as StageContext;
  const spot = new KeySpot(() => context);
  const press = (key: string, part: Partial<KeyboardEvent> = {}) => spot.key({ key, ...part } as KeyboardEvent);
  return { said, press };
}

test("a highlight is placed where the spot was moved, and never outside of the page", () => {
  const { said, press } = holding("highlight");
  press("ArrowRight");
  press("ArrowUp", { shiftKey: true });
  press("Enter");
  expect(said.pop()).toEqual({ case: "highlight", value: { at: { x: 216, y: 54 } } });
  for (let count = 0; count < 5; count++) press("ArrowUp", { shiftKey: true });
  press(" ");
  expect(said.pop()).toEqual({ case: "highlight", value: { at: { x: 216, y: 0 } } });
});

test("an arrow begins at the first press and ends at the second", () => {
  const { said, press } = holding("arrow");
  press("Enter");
  press("ArrowRight", { shiftKey: true });
  expect(said).toEqual([]);
  press("Enter");
  expect(said).toEqual([{ case: "arrow", value: { from: { x: 200, y: 150 }, to: { x: 296, y: 150 } } }]);
});

test("Escape puts the tool down", () => {
  const { said, press } = holding("laser");
  expect(press("Escape")).toBe(true);
  expect(said).toEqual(["act"]);
});

test("keys of the page stay the page's", () => {
  expect(holding("act").press("Enter")).toBe(false);
  expect(holding("laser", false).press("Enter")).toBe(false);
  expect(holding("laser").press("a")).toBe(false);
  expect(holding("laser").press("ArrowLeft", { altKey: true })).toBe(false);
});
