// Reads the pictures that Playwright takes: PNG, 8 bits, RGB or RGBA, not interlaced.

import { inflateSync } from "node:zlib";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly data: Uint8Array;
}

const SIGNATURE = 8;

export function decodePng(png: Buffer): Pixels {
  let at = SIGNATURE;
  let width = 0;
  let height = 0;
  let channels = 4;
  const parts: Buffer[] = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const kind = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      if (body[8] !== 8 || (body[9] !== 2 && body[9] !== 6) || body[12] !== 0) throw new Error("a PNG of another kind");
      channels = body[9] === 2 ? 3 : 4;
    }
    if (kind === "IDAT") parts.push(body);
    at += length + 12;
  }
  return { width, height, data: rgba(unfiltered(inflateSync(Buffer.concat(parts)), width, height, channels), channels) };
}

/** Undoes the filter of each row. */
function unfiltered(raw: Buffer, width: number, height: number, channels: number): Uint8Array {
  const row = width * channels;
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      const at = y * row + x;
      const left = x >= channels ? out[at - channels]! : 0;
      const up = y > 0 ? out[at - row]! : 0;
      const corner = x >= channels && y > 0 ? out[at - row - channels]! : 0;
      const add = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      out[at] = raw[y * (row + 1) + 1 + x]! + add;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function rgba(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return data;
  const out = new Uint8Array((data.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) out.set(data.subarray(from, from + 3), to);
  return out;
}
