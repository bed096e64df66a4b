// Asks, inside the worker of pictures, what a worker of this browser can do. Some have these things in pages only.

import type { WorkerProbe } from "./messages";

export async function probeWorker(): Promise<WorkerProbe> {
  return { offscreenCanvas: drawsOffscreen(), imageBitmap: typeof createImageBitmap === "function", h264: await decodesH264() };
}

function drawsOffscreen(): boolean {
  try {
    return new OffscreenCanvas(1, 1).getContext("2d") !== null;
  } catch {
    return false;
  }
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
