import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Codec } from "../gen/cobrowse/v1/stream_pb";
import { H264Decoder } from "./h264-decoder";
import type { PictureIn } from "./picture-decoder";

interface Init {
  output(frame: FakeFrame): void;
  error(): void;
}

interface FakeFrame {
  timestamp: number;
  close(): void;
}

class FakeVideoDecoder {
  static made: FakeVideoDecoder[] = [];
  state = "unconfigured";
  codec = "";
  readonly chunks: Array<{ type: string; timestamp: number }> = [];

  constructor(readonly init: Init) {
    FakeVideoDecoder.made.push(this);
  }

  configure({ codec }: { codec: string }): void {
    this.codec = codec;
    this.state = "configured";
  }

  decode(chunk: { type: string; timestamp: number }): void {
    this.chunks.push(chunk);
  }

  close(): void {
    this.state = "closed";
  }

  out(index: number): void {
    this.init.output({ timestamp: this.chunks[index]?.timestamp ?? -1, close: () => undefined });
  }
}

beforeEach(() => {
  FakeVideoDecoder.made = [];
  vi.stubGlobal("VideoDecoder", FakeVideoDecoder);
  vi.stubGlobal("EncodedVideoChunk", class { constructor(init: object) { Object.assign(this, init); } });
});
afterEach(() => void vi.unstubAllGlobals());

/** Annex B with a parameter set of the given level in front. */
const key = (seq: number, level = 0x1f): PictureIn => picture(seq, true, new Uint8Array([0, 0, 0, 1, 0x67, 0x42, 0xc0, level, 0]));
const delta = (seq: number): PictureIn => picture(seq, false, new Uint8Array([0, 0, 0, 1, 0x41]));

function picture(seq: number, isKey: boolean, data: Uint8Array): PictureIn {
  return { seq: BigInt(seq), pauseEpoch: 0, codec: Codec.H264, key: isKey, width: 1280, height: 720, data, arrivedMs: 0 };
}

function decoding() {
  const out: string[] = [];
  const decoder = new H264Decoder({ onPicture: (_frame, { seq }) => out.push(`shown ${seq}`), onFailure: ({ seq }) => out.push(`lost ${seq}`) });
  return { decoder, out, made: FakeVideoDecoder.made };
}

test("pictures come out as those that went in", () => {
  const { decoder, out, made } = decoding();
  decoder.decode(key(7));
  decoder.decode(delta(8));
  expect(made.map((one) => [one.codec, one.chunks.map(({ type }) => type)])).toEqual([["avc1.42c01f", ["key", "delta"]]]);
  made[0]?.out(0);
  made[0]?.out(1);
  expect(out).toEqual(["shown 7", "shown 8"]);
});

test("what waits inside is lost with a broken decoder, and the next key picture makes a new one", () => {
  const { decoder, out, made } = decoding();
  decoder.decode(key(1));
  decoder.decode(delta(2));
  made[0]?.init.error();
  expect(out).toEqual(["lost 1", "lost 2"]);
  decoder.decode(delta(3));
  expect(out.at(-1)).toBe("lost 3");
  decoder.decode(key(4));
  made[1]?.out(0);
  expect(out.at(-1)).toBe("shown 4");
});

test("a picture of a decoder that was thrown away is not shown", () => {
  const { decoder, out, made } = decoding();
  decoder.decode(key(1));
  decoder.decode(key(2, 0x28));
  expect(made.map(({ codec }) => codec)).toEqual(["avc1.42c01f", "avc1.42c028"]);
  made[0]?.out(0);
  expect(out).toEqual([]);
});

test("a decoder that takes all and gives nothing is given up", () => {
  const { decoder, out } = decoding();
  decoder.decode(key(1));
  for (let seq = 2; seq <= 31; seq++) decoder.decode(delta(seq));
  expect(out).toHaveLength(31);
  expect(new Set(out.map((line) => line.split(" ")[0]))).toEqual(new Set(["lost"]));
});
