// The hand that holds a tool: laser, highlight, draw, arrow, text. Sends guidance, never input to the page.

import { STROKE_POINTS_MAX, STROKE_STEP } from "../core/tools";
import type { Spot } from "../core/viewport";
import type { Look } from "./stage-context";

export class ToolHand {
  readonly #look: Look;
  #strokes = Math.floor(Math.random() * 1_000_000);
  #points: Spot[] = [];
  #from: Spot | undefined;
  #last: Spot | undefined;
  #frame = 0;
  #laserAt: Spot | undefined;

  constructor(look: Look) {
    this.#look = look;
  }

  down(at: Spot): void {
    const { tool, mayPoint, controller, onTextAt } = this.#look();
    if (!mayPoint) return;
    if (tool === "highlight") return controller.guide({ case: "highlight", value: { at } });
    if (tool === "text") return onTextAt(at);
    this.#from = at;
    this.#last = at;
    if (tool === "draw") {
      this.#strokes++;
      this.#points = [at];
    }
    if (tool === "laser") this.#laser(at);
  }

  /** The laser shows while the mouse hovers; the other tools draw while pressed. */
  move(at: Spot, pressed: boolean): void {
    const { tool, mayPoint } = this.#look();
    if (!mayPoint) return;
    if (tool === "laser") return this.#laser(at);
    if (tool !== "draw" || !pressed || !this.#last) return;
    if (Math.hypot(at.x - this.#last.x, at.y - this.#last.y) < STROKE_STEP) return;
    this.#last = at;
    this.#points.push(at);
    if (this.#points.length >= STROKE_POINTS_MAX) this.#flush(false);
    this.#soon();
  }

  up(at: Spot): void {
    const { tool, controller } = this.#look();
    if (tool === "draw" && this.#from) this.#flush(true);
    if (tool === "arrow" && this.#from && Math.hypot(at.x - this.#from.x, at.y - this.#from.y) > 8) {
      controller.guide({ case: "arrow", value: { from: this.#from, to: at } });
    }
    this.cancel();
  }

  cancel(): void {
    this.#from = undefined;
    this.#last = undefined;
    this.#points = [];
  }

  #laser(at: Spot): void {
    this.#laserAt = at;
    this.#soon();
  }

  #soon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#laserAt) this.#look().controller.guide({ case: "laser", value: this.#laserAt });
      this.#laserAt = undefined;
      if (this.#points.length > 0) this.#flush(false);
    });
  }

  #flush(done: boolean): void {
    this.#look().controller.guide({ case: "stroke", value: { id: this.#strokes, points: this.#points, done } });
    this.#points = [];
  }
}
