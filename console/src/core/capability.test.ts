import { expect, test } from "vitest";
import { Codec } from "../gen/cobrowse/v1/stream_pb";
import { judge, type Probe } from "./capability";

const all: Probe = { webSocket: true, worker: true, offscreenCanvas: true, imageBitmap: true, h264: true, planes: true, secureContext: true };

test("H.264 first, JPEG where there is none", () => {
  expect(judge(all)).toEqual({ ok: true, codecs: [Codec.H264, Codec.PATCH, Codec.JPEG] });
  expect(judge({ ...all, planes: false })).toEqual({ ok: true, codecs: [Codec.H264, Codec.JPEG] });
  expect(judge({ ...all, h264: false })).toEqual({ ok: true, codecs: [Codec.JPEG] });
});

test("what is missing is named", () => {
  expect(judge({ ...all, webSocket: false, offscreenCanvas: false })).toEqual({ ok: false, missing: ["WebSocket", "OffscreenCanvas"] });
  expect(judge({ ...all, worker: false, offscreenCanvas: false, imageBitmap: false, h264: false })).toEqual({ ok: false, missing: ["Web Worker"] });
  expect(judge({ ...all, secureContext: false })).toMatchObject({ ok: false });
  expect(judge({ ...all, h264: false, imageBitmap: false })).toMatchObject({ ok: false });
});
