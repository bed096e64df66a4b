// How soon one person looks at the page after Allow, and how soon a click gets through behind many moves. Ours alone.

import { expect, test } from "../e2e/harness/fixtures.ts";
import { keep } from "./figures.ts";
import { show } from "./side.ts";

const STARTS = 8;
const CLICKS = 20;
const MOVES = 300;

test("from Allow to the first picture", async ({ stack, endUser, agent }) => {
  test.setTimeout(240_000);
  const values: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/guide`));
    await expect(endUser.byTestId("allow")).toBeVisible();
    await endUser.page.evaluate(() => addEventListener("click", (event) => (window.allowedAt = event.timeStamp), { capture: true, once: true }));
    await endUser.allows();
    values.push(await endUser.page.evaluate(firstPicture));
    await agent.shared.showsSomething();
    await endUser.ends();
    await agent.page.goto(`${stack.console}/agent`);
    await expect(agent.byTestId("pin-input")).toBeVisible();
  }
  keep({ name: "Allow to first picture", of: "CoBrowse", unit: "ms", bar: "warm <= 300 on a cluster", values, definition: "from the press on Allow to the first pixels of the article in the end user's canvas, a pod in reserve, loopback" });
});

declare global {
  interface Window {
    allowedAt?: number;
  }
}

/** Waits for a canvas with pixels in it, and tells how long that is after Allow was pressed. */
function firstPicture(): Promise<number> {
  const probe = new OffscreenCanvas(16, 16).getContext("2d", { willReadFrequently: true })!;
  const filled = () => {
    const canvas = document.querySelector<HTMLCanvasElement>("[data-testid=live-canvas]");
    if (!canvas || canvas.width === 0) return false;
    probe.clearRect(0, 0, 16, 16);
    probe.drawImage(canvas, 0, 0, 16, 16);
    const { data } = probe.getImageData(0, 0, 16, 16);
    // Opaque, and not one colour alone.
    return data[3] === 255 && data.some((value, index) => index % 4 === 1 && Math.abs(value - data[1]!) > 8);
  };
  return new Promise((resolve, reject) => {
    const look = () => {
      if (filled()) return resolve(performance.now() - window.allowedAt!);
      if (performance.now() - window.allowedAt! > 20_000) return reject(new Error("no picture came"));
      requestAnimationFrame(look);
    };
    look();
  });
}

test("a click behind 300 moves", async ({ browser }) => {
  const side = await show("CoBrowse", browser, "/lab/flash#note");
  const values: number[] = [];
  for (let click = 0; click < CLICKS; click += 1) {
    const seen = side.stack.state().acts.length;
    const pressed = await side.viewer.evaluate(pressBehindMoves, { canvas: side.canvas, moves: MOVES });
    await expect.poll(() => side.stack.state().acts.length, { intervals: [20] }).toBe(seen + 1);
    values.push(Number(side.stack.state().acts[seen]!["at"]) - pressed);
  }
  keep({ name: "click behind 300 moves", of: "CoBrowse", unit: "ms", bar: "<= 10", values, definition: "from pointerdown in the viewer's page, behind 300 moves in the same task, to the event's time in the website" });
  await side.end();
});

/** Moves, then presses, all in one task. Returns the moment of the press, milliseconds of the machine's clock. */
function pressBehindMoves({ canvas, moves }: { canvas: string; moves: number }): number {
  const target = document.querySelector<HTMLElement>(canvas)!;
  const box = target.getBoundingClientRect();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const send = (type: string, x: number, buttons: number) =>
    target.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, pointerId: 1, pointerType: "mouse", isPrimary: true, clientX: x, clientY: middle.y, button: type === "pointermove" ? -1 : 0, buttons }));
  for (let move = 0; move < moves; move += 1) send("pointermove", middle.x + (move % 100), 0);
  const pressed = performance.timeOrigin + performance.now();
  send("pointerdown", middle.x, 1);
  send("pointerup", middle.x, 0);
  return pressed;
}
