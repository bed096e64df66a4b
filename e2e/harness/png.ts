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

/** Undoes the filter of each row. Flows look at thousands of pictures, so each row goes through the one loop of its filter. */
function unfiltered(raw: Buffer, width: number, height: number, channels: number): Uint8Array {
  const row = width * channels;
  const out = new Uint8Array(row * height);
  let above = new Uint8Array(row);
  for (let y = 0; y < height; y += 1) {
    const from = y * (row + 1) + 1;
    const line = out.subarray(y * row, (y + 1) * row);
    line.set(raw.subarray(from, from + row));
    undo(raw[from - 1]!, line, above, channels);
    above = line;
  }
  return out;
}

/** Adds to each byte what its filter guessed from the bytes before it and above it. */
function undo(filter: number, line: Uint8Array, above: Uint8Array, channels: number): void {
  const { length } = line;
  if (filter === 1) for (let x = channels; x < length; x += 1) line[x]! += line[x - channels]!;
  if (filter === 2) for (let x = 0; x < length; x += 1) line[x]! += above[x]!;
  if (filter === 3) for (let x = 0; x < length; x += 1) line[x]! += ((x < channels ? 0 : line[x - channels]!) + above[x]!) >> 1;
  if (filter !== 4) return;
  for (let x = 0; x < channels; x += 1) line[x]! += above[x]!;
  for (let x = channels; x < length; x += 1) line[x]! += paeth(line[x - channels]!, above[x]!, above[x - channels]!);
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - up);
  const c = Math.abs(guess - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function rgba(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return data;
  const out = new Uint8Array((data.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    out[to] = data[from]!;
    out[to + 1] = data[from + 1]!;
    out[to + 2] = data[from + 2]!;
  }
  return out;
}
