// H.264 Annex B with WebCodecs. A broken decoder is thrown away; the next key picture makes a new one.

import { codecForSize, codecOf } from "../core/h264";
import type { DecoderEvents, PictureDecoder, PictureIn } from "./picture-decoder";

/** Pictures inside the decoder at once; more means it is stuck. */
const INSIDE_MAX = 30;

export class H264Decoder implements PictureDecoder {
  readonly #events: DecoderEvents;
  readonly #inside = new Map<number, PictureIn>();
  #decoder: VideoDecoder | undefined;
  #codec = "";
  #count = 0;

  constructor(events: DecoderEvents) {
    this.#events = events;
  }

  decode(picture: PictureIn): void {
    if (picture.key) this.#configure(picture);
    const decoder = this.#decoder;
    if (!decoder || decoder.state !== "configured" || this.#inside.size >= INSIDE_MAX) {
      this.#fail(picture);
      return;
    }
    const timestamp = ++this.#count;
    this.#inside.set(timestamp, picture);
    try {
      decoder.decode(new EncodedVideoChunk({ type: picture.key ? "key" : "delta", timestamp, data: picture.data }));
    } catch {
      this.#fail(picture);
    }
  }

  /** Pictures are under way inside. */
  get busy(): boolean {
    return this.#inside.size > 0;
  }

  close(): void {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = undefined;
    this.#codec = "";
    this.#inside.clear();
  }

  #configure(picture: PictureIn): void {
    const codec = codecOf(picture.data) ?? codecForSize(picture.width, picture.height);
    if (this.#decoder?.state === "configured" && this.#codec === codec) return;
    this.close();
    const decoder = new VideoDecoder({
      output: (frame) => this.#out(decoder, frame),
      error: () => {
        if (this.#decoder === decoder) this.#fail(undefined);
      },
    });
    try {
      decoder.configure({ codec, optimizeForLatency: true });
      this.#decoder = decoder;
      this.#codec = codec;
    } catch {
      decoder.close();
    }
  }

  #out(decoder: VideoDecoder, frame: VideoFrame): void {
    const picture = this.#inside.get(frame.timestamp);
    if (this.#decoder !== decoder || !picture) {
      frame.close();
      return;
    }
    this.#inside.delete(frame.timestamp);
    this.#events.onPicture(frame, picture);
  }

  #fail(last: PictureIn | undefined): void {
    const lost = new Set(this.#inside.values());
    if (last) lost.add(last);
    this.close();
    for (const picture of lost) this.#events.onFailure(picture);
  }
}
