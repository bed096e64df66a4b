// Decides for each arriving picture whether it is decoded, and when a key picture must be asked for. Pure.

export interface PictureFacts {
  pauseEpoch: number;
  key: boolean;
  /** Each picture stands alone, as with JPEG. */
  standalone: boolean;
}

export type Verdict = "decode" | "drop" | "dropAndAskKey";

/** Not more key requests than one in this time. */
export const KEY_REQUEST_MS = 500;

export class PictureGate {
  #epoch = 0;
  #chain = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** Blank: pictures of earlier epochs are not shown any more, decoded or not. */
  raise(pauseEpoch: number): void {
    this.#epoch = Math.max(this.#epoch, pauseEpoch);
  }

  /** The chain of pictures is broken: a gap, a decoder error, a new decoder. */
  breakChain(): void {
    this.#chain = false;
  }

  judge(picture: PictureFacts, now: number): Verdict {
    if (picture.standalone) return this.shows(picture.pauseEpoch) ? "decode" : "drop";
    // Pictures of an older epoch are decoded into nothing only when a chain needs them; a key after Resume makes that needless.
    if (!this.shows(picture.pauseEpoch)) {
      this.#chain = false;
      return "drop";
    }
    if (picture.key) {
      this.#chain = true;
      return "decode";
    }
    if (this.#chain) return "decode";
    return this.mayAskKey(now) ? "dropAndAskKey" : "drop";
  }

  /** True when a key request may be sent now, and counts it. */
  mayAskKey(now: number): boolean {
    if (now - this.#askedAt < KEY_REQUEST_MS) return false;
    this.#askedAt = now;
    return true;
  }

  /** May a picture of this epoch be shown now? Asked again after decoding. */
  shows(pauseEpoch: number): boolean {
    return pauseEpoch >= this.#epoch;
  }
}
