// What the page and its picture worker say to each other.

import type { PictureIn } from "./picture-decoder";

export type ToWorker =
  /** What can be done in a worker here? Asked of a worker that lives for this question alone. */
  | { type: "probe" }
  | { type: "canvas"; canvas: OffscreenCanvas; blankAfterMs: number }
  | { type: "picture"; picture: PictureIn }
  /** Show nothing, and nothing older than this pause epoch from here on. */
  | { type: "blank"; pauseEpoch: number }
  /** The chain of pictures is broken: a gap or a new stream. */
  | { type: "break" }
  /** A message of any kind came from the server. */
  | { type: "alive" }
  | { type: "blankAfter"; ms: number };

/** What a worker of this browser can do; it may be less than what a page can. */
export interface WorkerProbe {
  offscreenCanvas: boolean;
  imageBitmap: boolean;
  h264: boolean;
  planes: boolean;
}

export type FromWorker =
  | { type: "probe"; probe: WorkerProbe }
  | { type: "ack"; seq: bigint; decodeUs: number }
  | { type: "askKey" }
  | { type: "drawn"; pauseEpoch: number; width: number; height: number }
  /** The decoder failed time and again: this browser cannot decode what it said it could. */
  | { type: "useless" }
  /** Nothing was heard for too long; the canvas is blank. */
  | { type: "stale" }
  /** Steady beat that goes on while the tab is in the background. */
  | { type: "tick" };
