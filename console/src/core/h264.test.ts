import { expect, test } from "vitest";
import { codecForSize, codecOf } from "./h264";

test("profile and level come from the parameter set, after three or four byte start codes", () => {
  const sps = [0x67, 0x42, 0xc0, 0x1f, 0x8c];
  expect(codecOf(new Uint8Array([0, 0, 0, 1, ...sps, 0, 0]))).toBe("avc1.42c01f");
  expect(codecOf(new Uint8Array([0, 0, 1, 0x09, 0x10, 0, 0, 1, ...sps, 0, 0]))).toBe("avc1.42c01f");
});

test("bytes without one, cut or empty, give nothing", () => {
  for (const bytes of [[], [0, 0, 1], [0, 0, 0, 1, 0x65, 1, 2, 3, 4, 5, 6], [0, 0, 1, 0x67, 0x42]]) expect(codecOf(new Uint8Array(bytes))).toBeUndefined();
});

test("without one the size gives the level", () => {
  expect(codecForSize(1280, 720)).toBe("avc1.42e01f");
  expect(codecForSize(1920, 1080)).toBe("avc1.42e028");
  expect(codecForSize(2560, 2560)).toBe("avc1.42e033");
});
