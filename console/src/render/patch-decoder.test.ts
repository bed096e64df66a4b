import { zlibSync } from "fflate";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Codec } from "../gen/cobrowse/v1/stream_pb";
import { PatchDecoder } from "./patch-decoder";
import type { PictureIn } from "./picture-decoder";

class FakeVideoFrame {
  constructor(readonly rows: Uint8Array, readonly init: VideoFrameBufferInit) {}
  close(): void {}
}

beforeEach(() => void vi.stubGlobal("VideoFrame", FakeVideoFrame));
afterEach(() => void vi.unstubAllGlobals());

const ROWS = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 8]);

function patch(seq: number, data: Uint8Array = zlibSync(ROWS)): PictureIn {
  const area = { x: 2, y: 4, width: 4, height: 2 };
  return { seq: BigInt(seq), pauseEpoch: 0, codec: Codec.PATCH, key: false, width: 64, height: 32, data, area, arrivedMs: 0 };
}

function decoding() {
  const out: string[] = [];
  const below = { busy: false };
  const shown = (frame: unknown, { seq }: PictureIn) => {
    const { rows, init } = frame as FakeVideoFrame;
    expect([...rows]).toEqual([...ROWS]);
    expect([init.format, init.codedWidth, init.codedHeight]).toEqual(["I420", 4, 2]);
    out.push(`shown ${seq}`);
  };
  const decoder = new PatchDecoder({ onPicture: shown, onFailure: ({ seq }) => out.push(`lost ${seq}`) }, () => below.busy);
  return { decoder, out, below };
}

test("a patch is drawn at once", () => {
  const { decoder, out } = decoding();
  decoder.decode(patch(1));
  decoder.decode(patch(2));
  expect(out).toEqual(["shown 1", "shown 2"]);
});

test("a patch waits for the picture below it", () => {
  const { decoder, out, below } = decoding();
  below.busy = true;
  decoder.decode(patch(1));
  decoder.decode(patch(2));
  expect(out).toEqual([]);
  below.busy = false;
  decoder.go();
  expect(out).toEqual(["shown 1", "shown 2"]);
});

test("what waits for a picture that will not come is given back", () => {
  const { decoder, out, below } = decoding();
  below.busy = true;
  decoder.decode(patch(1));
  expect(decoder.close().map(({ seq }) => seq)).toEqual([1n]);
  below.busy = false;
  decoder.go();
  expect(out).toEqual([]);
});

test("nonsense is lost alone", () => {
  const { decoder, out } = decoding();
  decoder.decode(patch(1, new Uint8Array([1, 2, 3])));
  decoder.decode({ ...patch(2), area: undefined });
  decoder.decode(patch(3));
  expect(out).toEqual(["lost 1", "lost 2", "shown 3"]);
});

test("a decoder that is stuck does not pile patches up", () => {
  const { decoder, out, below } = decoding();
  below.busy = true;
  for (let seq = 1; seq <= 31; seq += 1) decoder.decode(patch(seq));
  expect(out).toEqual(["lost 31"]);
});
