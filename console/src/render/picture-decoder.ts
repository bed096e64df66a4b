// One method for all codecs: bytes in, pictures out, in order.

import type { Codec } from "../gen/cobrowse/v1/stream_pb";

export interface PictureIn {
  seq: bigint;
  pauseEpoch: number;
  codec: Codec;
  key: boolean;
  width: number;
  height: number;
  data: Uint8Array;
  /** Where a patch goes, in pixels of the canvas. */
  area?: { x: number; y: number; width: number; height: number } | undefined;
  arrivedMs: number;
}

export type Drawable = VideoFrame | ImageBitmap;

export interface DecoderEvents {
  /** The receiver closes the drawable. */
  onPicture(drawable: Drawable, of: PictureIn): void;
  /** This picture, and all before it not yet out, will never come out. */
  onFailure(of: PictureIn): void;
}

export interface PictureDecoder {
  decode(picture: PictureIn): void;
  close(): unknown;
}
