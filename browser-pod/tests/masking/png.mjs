// Pixels of a screenshot: PNG, eight bits, with or without alpha, as Chrome writes it.

import { inflateSync } from "node:zlib";

/** { width, height, at(x, y) -> [r, g, b], data } of a PNG in base64. */
export function decode(base64) {
  const bytes = Buffer.from(base64, "base64");
  const parts = [];
  let header;
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") header = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], colour: body[9] };
    if (name === "IDAT") parts.push(body);
    at += 12 + length;
  }
  const channels = { 2: 3, 6: 4 }[header.colour];
  if (header.depth !== 8 || !channels) throw new Error("this PNG is of another sort");
  const data = unfilter(inflateSync(Buffer.concat(parts)), header.width * channels, channels, header.height);
  const { width, height } = header;
  return { width, height, data, at: (x, y) => [...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3)], channels };
}

function unfilter(raw, stride, channels, height) {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? out[y * stride + i - channels] : 0;
      const up = y > 0 ? out[(y - 1) * stride + i] : 0;
      const corner = y > 0 && i >= channels ? out[(y - 1) * stride + i - channels] : 0;
      out[y * stride + i] = raw[y * (stride + 1) + 1 + i] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** How many pixels have a colour that the test accepts. */
export function count(picture, accepts) {
  let hits = 0;
  for (let at = 0; at < picture.data.length; at += picture.channels) {
    if (accepts(picture.data[at], picture.data[at + 1], picture.data[at + 2])) hits++;
  }
  return hits;
}

/** The bright magenta in which hostile pages of the tests paint what must not be seen; edges of glyphs too. */
export const loud = (r, g, b) => r > 150 && b > 150 && g < 110;
