// What a browser must be able to do before a PIN is shown. The probe is made by the shell; this decides. Pure.

import { Codec } from "../gen/cobrowse/v1/stream_pb";

export interface Probe {
  webSocket: boolean;
  worker: boolean;
  offscreenCanvas: boolean;
  imageBitmap: boolean;
  h264: boolean;
  /** Pictures can be made of planes, so patches can be drawn. */
  planes: boolean;
  secureContext: boolean;
}

export type Capability = { ok: true; codecs: Codec[] } | { ok: false; missing: string[] };

export function judge(probe: Probe): Capability {
  const missing: string[] = [];
  if (!probe.secureContext) missing.push("HTTPS");
  if (!probe.webSocket) missing.push("WebSocket");
  if (probe.worker) {
    if (!probe.offscreenCanvas) missing.push("OffscreenCanvas");
    if (!probe.imageBitmap && !probe.h264) missing.push("WebCodecs");
  } else missing.push("Web Worker");
  if (missing.length > 0) return { ok: false, missing };
  const codecs: Codec[] = [];
  if (probe.h264) codecs.push(Codec.H264);
  if (probe.h264 && probe.planes) codecs.push(Codec.PATCH);
  if (probe.imageBitmap) codecs.push(Codec.JPEG);
  return { ok: true, codecs };
}
