// The tools by keyboard alone: arrow keys move a spot over the page, Enter or Space places, Escape puts the tool down.

import type { Spot } from "../core/viewport";
import type { Look } from "./stage-context";
import { ToolHand } from "./stage-tools";

const STEP_PX = 16;
const LARGE_STEP_PX = 96;

const WAYS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class KeySpot {
  readonly #look: Look;
  readonly #hand: ToolHand;
  #at: Spot | undefined;
  /** A line or an arrow was begun. */
  #pressed = false;

  constructor(look: Look) {
    this.#look = look;
    this.#hand = new ToolHand(look);
  }

  /** True when the key was for the tool. */
  key(event: KeyboardEvent): boolean {
    const { tool, mayPoint } = this.#look();
    if (tool === "act" || !mayPoint || event.ctrlKey || event.altKey || event.metaKey) return false;
    const way = WAYS[event.key];
    if (way) this.#move(way, event.shiftKey ? LARGE_STEP_PX : STEP_PX);
    else if (event.key === "Enter" || event.key === " ") this.#place();
    else if (event.key === "Escape") this.drop();
    else return false;
    return true;
  }

  /** Puts the tool down; the spot is gone. */
  drop(): void {
    this.leave();
    this.#look().onTool("act");
  }

  /** The page lost the keyboard. */
  leave(): void {
    this.#hand.cancel();
    this.#pressed = false;
    this.#show(undefined);
  }

  #move([x, y]: readonly [number, number], step: number): void {
    const { page } = this.#look();
    const from = this.#here();
    const at = { x: within(from.x + x * step, page.width), y: within(from.y + y * step, page.height) };
    this.#show(at);
    this.#hand.move(at, this.#pressed);
  }

  #place(): void {
    const { tool } = this.#look();
    const at = this.#here();
    this.#show(at);
    const drags = tool === "draw" || tool === "arrow";
    if (drags && this.#pressed) this.#hand.up(at);
    else this.#hand.down(at);
    this.#pressed = drags && !this.#pressed;
  }

  #here(): Spot {
    const { page } = this.#look();
    return this.#at ?? { x: Math.round(page.width / 2), y: Math.round(page.height / 2) };
  }

  #show(at: Spot | undefined): void {
    this.#at = at;
    this.#look().setKeySpot(at);
  }
}

function within(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}
