// Orders a viewer's input: moves, touch moves and wheel turns merge until the next flush, all else goes at once and in
// order, after the moves before it. Pure: the caller sends what comes out.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { InputSchema, TouchPhase, type Input } from "../gen/cobrowse/v1/stream_pb";
import type { Spot } from "./viewport";

export type Act = NonNullable<Exclude<MessageInitShape<typeof InputSchema>["body"], undefined | { case?: undefined }>>;

interface Waiting {
  move?: Spot;
  wheel?: { at: Spot; dx: number; dy: number };
  touches: Map<number, Spot>;
}

export class InputQueue {
  #seq = 0n;
  #waiting: Waiting = { touches: new Map() };
  readonly #send: (input: Input) => void;

  constructor(send: (input: Input) => void) {
    this.#send = send;
  }

  /** A new stream numbers its input from 1 again and holds nothing. */
  restart(): void {
    this.#seq = 0n;
    this.#waiting = { touches: new Map() };
  }

  move(at: Spot): void {
    this.#waiting.move = at;
  }

  wheel(at: Spot, dx: number, dy: number): void {
    const old = this.#waiting.wheel;
    this.#waiting.wheel = { at, dx: (old?.dx ?? 0) + dx, dy: (old?.dy ?? 0) + dy };
  }

  touchMove(id: number, at: Spot): void {
    this.#waiting.touches.set(id, at);
  }

  /** Everything that may neither wait nor merge. */
  now(act: Act): void {
    this.flush();
    this.#emit(act);
  }

  /** Once per animation frame. */
  flush(): void {
    const { move, wheel, touches } = this.#waiting;
    this.#waiting = { touches: new Map() };
    if (move) this.#emit({ case: "move", value: { at: move } });
    for (const [id, at] of touches) this.#emit({ case: "touch", value: { id, phase: TouchPhase.MOVE, at } });
    if (wheel && (wheel.dx !== 0 || wheel.dy !== 0)) this.#emit({ case: "wheel", value: wheel });
  }

  get idle(): boolean {
    const { move, wheel, touches } = this.#waiting;
    return !move && !wheel && touches.size === 0;
  }

  #emit(body: Act): void {
    this.#seq += 1n;
    this.#send(create(InputSchema, { seq: this.#seq, body }));
  }
}
