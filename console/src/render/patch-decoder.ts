// Patches: a part of the screen as it is, drawn over the picture before. What the H.264 decoder still has inside comes first.

import { unzlibSync } from "fflate";
import type { DecoderEvents, PictureDecoder, PictureIn } from "./picture-decoder";

/** As the pod codes H.264, so that a patch and the picture after it look the same. */
const COLOURS: VideoColorSpaceInit = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false };
/** Patches that wait for a decoder; more means it is stuck. */
const WAITING_MAX = 30;

export class PatchDecoder implements PictureDecoder {
  readonly #events: DecoderEvents;
  readonly #below: () => boolean;
  #waiting: PictureIn[] = [];

  /** `below` tells whether pictures are under way that a patch goes over. */
  constructor(events: DecoderEvents, below: () => boolean) {
    this.#events = events;
    this.#below = below;
  }

  decode(picture: PictureIn): void {
    if (this.#waiting.length >= WAITING_MAX) return this.#events.onFailure(picture);
    this.#waiting.push(picture);
    this.go();
  }

  /** Draws what waits, when nothing is under way any more. */
  go(): void {
    while (!this.#below()) {
      const next = this.#waiting.shift();
      if (!next) return;
      const frame = frameOf(next);
      if (frame) this.#events.onPicture(frame, next);
      else this.#events.onFailure(next);
    }
  }

  /** Gives up what waits: the pictures below will not come. */
  close(): PictureIn[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}

function frameOf({ area, data }: PictureIn): VideoFrame | undefined {
  if (!area) return undefined;
  const { width, height } = area;
  try {
    const rows = unzlibSync(data, { out: new Uint8Array((width * height * 3) / 2) });
    return new VideoFrame(rows, { format: "I420", codedWidth: width, codedHeight: height, timestamp: 0, colorSpace: COLOURS });
  } catch {
    return undefined;
  }
}
