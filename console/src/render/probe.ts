// Asks this browser what it can do. No decision here: that is core/capability. Pictures are drawn in a worker, so a worker
// of the same kind is asked about them.

import type { Probe } from "../core/capability";
import type { FromWorker, ToWorker, WorkerProbe } from "./messages";
import { newPictureWorker } from "./picture-worker";

/** A worker that does not answer within this is none. It is loaded from the server, so slow links count. */
const ANSWER_MAX_MS = 8_000;

export async function probeBrowser(): Promise<Probe> {
  // Twice: a network that hiccups must not look like an old browser.
  const worker = (await askWorker()) ?? (await askWorker());
  const transfers = "transferControlToOffscreen" in HTMLCanvasElement.prototype;
  return {
    webSocket: typeof WebSocket === "function",
    worker: worker !== undefined,
    offscreenCanvas: transfers && worker?.offscreenCanvas === true,
    imageBitmap: worker?.imageBitmap === true,
    h264: worker?.h264 === true,
    planes: worker?.planes === true,
    secureContext: window.isSecureContext,
  };
}

async function askWorker(): Promise<WorkerProbe | undefined> {
  let worker: Worker | undefined;
  try {
    worker = newPictureWorker();
    return await answerOf(worker);
  } catch {
    return undefined;
  } finally {
    worker?.terminate();
  }
}

function answerOf(worker: Worker): Promise<WorkerProbe> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, ANSWER_MAX_MS);
    worker.onerror = reject;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type !== "probe") return;
      clearTimeout(timer);
      resolve(data.probe);
    };
    worker.postMessage({ type: "probe" } satisfies ToWorker);
  });
}
