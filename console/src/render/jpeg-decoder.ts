// Pictures that each stand alone. One at a time; a picture that waits is replaced by a newer one.

import type { DecoderEvents, PictureDecoder, PictureIn } from "./picture-decoder";

export class JpegDecoder implements PictureDecoder {
  readonly #events: DecoderEvents;
  #waiting: PictureIn | undefined;
  #busy = false;
  #closed = false;

  constructor(events: DecoderEvents) {
    this.#events = events;
  }

  decode(picture: PictureIn): void {
    if (this.#busy) {
      if (this.#waiting) this.#events.onFailure(this.#waiting);
      this.#waiting = picture;
      return;
    }
    void this.#run(picture);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = undefined;
  }

  async #run(picture: PictureIn): Promise<void> {
    this.#busy = true;
    let next: PictureIn | undefined = picture;
    while (next && !this.#closed) {
      const current: PictureIn = next;
      try {
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(current.data)], { type: "image/jpeg" }));
        if (this.#closed) bitmap.close();
        else this.#events.onPicture(bitmap, current);
      } catch {
        if (!this.#closed) this.#events.onFailure(current);
      }
      next = this.#waiting;
      this.#waiting = undefined;
    }
    this.#busy = false;
  }
}
