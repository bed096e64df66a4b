// Codes the fake page's pictures: JPEG, or H.264 where this browser can make it.

import { Codec } from "../../gen/cobrowse/v1/stream_pb";

export interface Coded {
  codec: Codec;
  key: boolean;
  data: Uint8Array;
}

export class FakeEncoder {
  readonly #h264: boolean;
  #encoder: VideoEncoder | undefined;
  #size = "";
  #count = 0;
  #wantKey = true;
  #out: ((coded: Coded) => void) | undefined;

  /** `broken` codes H.264 that no decoder takes. */
  constructor(codecs: Codec[], readonly broken = false) {
    this.#h264 = codecs[0] === Codec.H264 && typeof VideoEncoder === "function";
  }

  get codec(): Codec {
    return this.#h264 ? Codec.H264 : Codec.JPEG;
  }

  key(): void {
    this.#wantKey = true;
  }

  async code(canvas: OffscreenCanvas): Promise<Coded> {
    if (this.#h264) return this.#chunk(canvas);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    return { codec: Codec.JPEG, key: true, data: new Uint8Array(await blob.arrayBuffer()) };
  }

  #chunk(canvas: OffscreenCanvas): Promise<Coded> {
    const size = `${canvas.width}x${canvas.height}`;
    if (size !== this.#size) {
      this.#encoder?.close();
      this.#encoder = new VideoEncoder({ output: (chunk) => this.#done(chunk), error: () => undefined });
      this.#encoder.configure({ codec: "avc1.42e033", width: canvas.width, height: canvas.height, latencyMode: "realtime", bitrate: 2_000_000, avc: { format: "annexb" } });
      this.#size = size;
      this.#wantKey = true;
    }
    return new Promise((resolve) => {
      this.#out = resolve;
      const frame = new VideoFrame(canvas, { timestamp: ++this.#count * 1000 });
      this.#encoder?.encode(frame, { keyFrame: this.#wantKey });
      this.#wantKey = false;
      frame.close();
    });
  }

  #done(chunk: EncodedVideoChunk): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    if (this.broken) data.fill(0xaa, 8);
    this.#out?.({ codec: Codec.H264, key: chunk.type === "key", data });
  }
}
