// Asks this browser what it can do. No decision here: that is core/capability.

import type { Probe } from "../core/capability";

export async function probeBrowser(): Promise<Probe> {
  return {
    webSocket: typeof WebSocket === "function",
    worker: typeof Worker === "function",
    offscreenCanvas: typeof OffscreenCanvas === "function" && "transferControlToOffscreen" in HTMLCanvasElement.prototype,
    imageBitmap: typeof createImageBitmap === "function",
    h264: await decodesH264(),
    secureContext: window.isSecureContext,
  };
}

async function decodesH264(): Promise<boolean> {
  if (typeof VideoDecoder !== "function") return false;
  try {
    const answer = await VideoDecoder.isConfigSupported({ codec: "avc1.42e01f", optimizeForLatency: true });
    return answer.supported === true;
  } catch {
    return false;
  }
}
