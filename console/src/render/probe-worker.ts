// Asks, inside the worker of pictures, what a worker of this browser can do. Some have these things in pages only.

import type { WorkerProbe } from "./messages";

export async function probeWorker(): Promise<WorkerProbe> {
  return { offscreenCanvas: drawsOffscreen(), imageBitmap: typeof createImageBitmap === "function", h264: await decodesH264(), planes: takesPlanes() };
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

function takesPlanes(): boolean {
  try {
    new VideoFrame(new Uint8Array(6), { format: "I420", codedWidth: 2, codedHeight: 2, timestamp: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
