// The page's side of the picture: a canvas element, and the worker that draws into it.

import type { FromWorker, ToWorker } from "./messages";
import type { PictureIn } from "./picture-decoder";
import { newPictureWorker } from "./picture-worker";

export interface SurfaceEvents {
  onAck(seq: bigint, decodeUs: number): void;
  onAskKey(): void;
  onDrawn(pauseEpoch: number, width: number, height: number): void;
  /** H.264 does not work here after all. */
  onUseless(): void;
  onStale(): void;
  onTick(): void;
}

export class Surface {
  readonly element: HTMLCanvasElement;
  readonly #worker: Worker;

  constructor(events: SurfaceEvents) {
    this.element = document.createElement("canvas");
    this.element.dataset.testid = "live-canvas";
    this.#worker = newPictureWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      switch (data.type) {
        case "ack":
          return events.onAck(data.seq, data.decodeUs);
        case "askKey":
          return events.onAskKey();
        case "drawn":
          return events.onDrawn(data.pauseEpoch, data.width, data.height);
        case "useless":
          return events.onUseless();
        case "stale":
          return events.onStale();
        case "tick":
          return events.onTick();
      }
    };
    const canvas = this.element.transferControlToOffscreen();
    this.#post({ type: "canvas", canvas, blankAfterMs: 0 }, [canvas]);
  }

  picture(picture: PictureIn): void {
    // Protobuf hands out a view of the whole frame; a copy of its own can be moved to the worker.
    const data = picture.data.slice();
    this.#post({ type: "picture", picture: { ...picture, data } }, [data.buffer]);
  }

  blank(pauseEpoch: number): void {
    this.#post({ type: "blank", pauseEpoch });
  }

  breakChain(): void {
    this.#post({ type: "break" });
  }

  alive(): void {
    this.#post({ type: "alive" });
  }

  /** 0 switches the watch off. */
  blankAfter(ms: number): void {
    this.#post({ type: "blankAfter", ms });
  }

  close(): void {
    this.#worker.terminate();
    this.element.remove();
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
