// Moves files between the end user's device and the page: up in parts, down in one piece.

import { isPassing } from "../transport/failure";
import type { Backend } from "../transport/backend";

const PART_BYTES = 256 * 1024;
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const FILES_MAX = 10;
const TRIES = 3;

export type Sent = "sent" | "tooLarge" | "failed";

/** `onFile` hears the name of the file that is being sent. */
export async function upload(backend: Backend, sessionId: string, chooserId: string, files: File[], onFile: (name: string) => void): Promise<Sent> {
  if (files.length === 0 || files.length > FILES_MAX || files.some((file) => file.size > FILE_BYTES_MAX)) return "tooLarge";
  try {
    for (const [fileIndex, file] of files.entries()) {
      onFile(file.name);
      let offset = 0;
      do {
        const content = new Uint8Array(await file.slice(offset, offset + PART_BYTES).arrayBuffer());
        const endOfFile = offset + content.length >= file.size;
        const endOfFiles = endOfFile && fileIndex === files.length - 1;
        const part = { chooserId, fileIndex, name: file.name, offset: BigInt(offset), content, endOfFile, endOfFiles };
        await again(() => backend.sessions.uploadFile({ sessionId, part }));
        offset += content.length;
        if (endOfFile) break;
      } while (offset < file.size);
    }
    return "sent";
  } catch {
    return "failed";
  }
}

async function again<T>(call: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return await call();
    } catch (error) {
      if (left <= 1 || !isPassing(error)) throw error;
    }
  }
}

/** Fetches a file that the page offered and hands it to the person's own browser. */
export async function download(backend: Backend, sessionId: string, downloadId: string, name: string): Promise<boolean> {
  const parts: BlobPart[] = [];
  try {
    for await (const part of backend.sessions.downloadFile({ sessionId, downloadId })) parts.push(new Uint8Array(part.content));
  } catch {
    return false;
  }
  const address = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}
