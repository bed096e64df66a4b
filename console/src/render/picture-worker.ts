// Makes the worker of pictures, for a stream or for the question what it could do.

export function newPictureWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pictures" });
}
