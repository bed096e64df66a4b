// The picture worker: gate, decode, draw, acknowledge. It blanks the canvas by itself when the page falls silent, even if
// the page hangs.

import { PictureGate } from "../core/picture-gate";
import { Codec } from "../gen/cobrowse/v1/stream_pb";
import { H264Decoder } from "./h264-decoder";
import { JpegDecoder } from "./jpeg-decoder";
import { PatchDecoder } from "./patch-decoder";
import type { FromWorker, ToWorker } from "./messages";
import type { DecoderEvents, Drawable, PictureDecoder, PictureIn } from "./picture-decoder";
import { probeWorker } from "./probe-worker";

interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const TICK_MS = 100;
/** Failures in a row, without one picture, after which a decoder is given up. */
const FAILURES_MAX = 4;
const scope = self as unknown as Scope;
const gate = new PictureGate();
let canvas: OffscreenCanvas | undefined;
let context: OffscreenCanvasRenderingContext2D | null = null;
let blankAfterMs = 0;
let aliveAt = performance.now();
let blank = true;
let failures = 0;

const events: DecoderEvents = { onPicture: draw, onFailure: fail };
const h264 = new H264Decoder(events);
const patches = new PatchDecoder(events, () => h264.busy);
const jpeg = new JpegDecoder(events);

function decoderOf(codec: Codec): PictureDecoder {
  if (codec === Codec.PATCH) return patches;
  return codec === Codec.JPEG ? jpeg : h264;
}

function ack(picture: PictureIn): void {
  const decodeUs = Math.round((performance.now() - picture.arrivedMs) * 1000);
  scope.postMessage({ type: "ack", seq: picture.seq, decodeUs: Math.max(0, decodeUs) });
}

function take(picture: PictureIn): void {
  picture.arrivedMs = performance.now();
  const verdict = gate.judge({ pauseEpoch: picture.pauseEpoch, key: picture.key, standalone: picture.codec === Codec.JPEG }, picture.arrivedMs);
  if (verdict === "decode") {
    decoderOf(picture.codec).decode(picture);
    return;
  }
  // Credit comes back for dropped pictures too, or the server would wait for ever.
  ack(picture);
  if (verdict === "dropAndAskKey") scope.postMessage({ type: "askKey" });
}

function draw(drawable: Drawable, of: PictureIn): void {
  failures = 0;
  if (canvas && context && gate.shows(of.pauseEpoch)) {
    const { width, height } = of.area ? canvas : sizeOf(drawable);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    // A patch without the picture below it would be a hole in nothing.
    if (!of.area || !blank) {
      context.drawImage(drawable, of.area?.x ?? 0, of.area?.y ?? 0);
      blank = false;
      scope.postMessage({ type: "drawn", pauseEpoch: of.pauseEpoch, width, height });
    }
  }
  drawable.close();
  ack(of);
  if (of.codec === Codec.H264) patches.go();
}

function sizeOf(drawable: Drawable): { width: number; height: number } {
  if ("displayWidth" in drawable) return { width: drawable.displayWidth, height: drawable.displayHeight };
  return drawable;
}

function fail(of: PictureIn): void {
  ack(of);
  if (of.codec === Codec.JPEG) return;
  for (const patch of patches.close()) ack(patch);
  gate.breakChain();
  if (of.key && ++failures === FAILURES_MAX) return scope.postMessage({ type: "useless" });
  if (gate.mayAskKey(performance.now())) scope.postMessage({ type: "askKey" });
}

function clear(): void {
  blank = true;
  if (canvas && context) context.clearRect(0, 0, canvas.width, canvas.height);
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "probe":
      return void probeWorker().then((probe) => scope.postMessage({ type: "probe", probe }));
    case "canvas":
      canvas = data.canvas;
      context = canvas.getContext("2d", { alpha: true });
      blankAfterMs = data.blankAfterMs;
      return;
    case "picture":
      return take(data.picture);
    case "blank":
      gate.raise(data.pauseEpoch);
      return clear();
    case "break":
      return gate.breakChain();
    case "alive":
      aliveAt = performance.now();
      return;
    case "blankAfter":
      blankAfterMs = data.ms;
      return;
  }
};

setInterval(() => {
  scope.postMessage({ type: "tick" });
  if (!blank && blankAfterMs > 0 && performance.now() - aliveAt >= blankAfterMs) {
    clear();
    gate.breakChain();
    scope.postMessage({ type: "stale" });
  }
}, TICK_MS);
