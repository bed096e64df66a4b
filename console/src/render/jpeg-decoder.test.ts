import { afterEach, expect, test, vi } from "vitest";
import { Codec } from "../gen/cobrowse/v1/stream_pb";
import { JpegDecoder } from "./jpeg-decoder";
import type { PictureIn } from "./picture-decoder";

afterEach(() => void vi.unstubAllGlobals());

function picture(seq: number): PictureIn {
  return { seq: BigInt(seq), pauseEpoch: 0, codec: Codec.JPEG, key: true, width: 4, height: 4, data: new Uint8Array([seq]), arrivedMs: 0 };
}

/** Decodes when the test says so. */
function decoding() {
  const waiting: Array<(good: boolean) => void> = [];
  vi.stubGlobal("createImageBitmap", () => new Promise((resolve, reject) => waiting.push((good) => (good ? resolve({ close: () => undefined }) : reject(new Error("no picture"))))));
  const out: string[] = [];
  const decoder = new JpegDecoder({ onPicture: (_bitmap, { seq }) => out.push(`shown ${seq}`), onFailure: ({ seq }) => out.push(`lost ${seq}`) });
  const next = async (good = true) => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
    waiting.shift()?.(good);
    const before = out.length;
    await vi.waitFor(() => expect(out.length).toBeGreaterThan(before));
  };
  return { decoder, out, next };
}

test("of pictures that wait only the newest is decoded, and each is accounted for", async () => {
  const { decoder, out, next } = decoding();
  decoder.decode(picture(1));
  decoder.decode(picture(2));
  decoder.decode(picture(3));
  await next();
  await next();
  expect(out).toEqual(["lost 2", "shown 1", "shown 3"]);
});

test("a broken picture does not stop the next", async () => {
  const { decoder, out, next } = decoding();
  decoder.decode(picture(1));
  await next(false);
  decoder.decode(picture(2));
  await next();
  expect(out).toEqual(["lost 1", "shown 2"]);
});
