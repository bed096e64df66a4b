// What a picture shows: whether it is blank, how far two pictures are apart. Pure.

import type { Pixels } from "./png.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const brightness = (data: Uint8Array, at: number) => 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;

/** How much a picture varies: standard deviation of its brightness, 0 to 127. One colour has 0. */
export function variation(pixels: Pixels, box: Box = whole(pixels)): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  each(pixels, box, (at) => {
    const value = brightness(pixels.data, at);
    sum += value;
    squares += value * value;
    count += 1;
  });
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** Share of pixels whose brightness differs by more than `by`, 0 to 1. The second picture is read at the first's scale. */
export function difference(one: Pixels, other: Pixels, by = 48): number {
  let far = 0;
  let count = 0;
  each(one, whole(one), (at, x, y) => {
    const ox = Math.min(other.width - 1, Math.floor(((x + 0.5) * other.width) / one.width));
    const oy = Math.min(other.height - 1, Math.floor(((y + 0.5) * other.height) / one.height));
    const there = (oy * other.width + ox) * 4;
    if (Math.abs(brightness(one.data, at) - brightness(other.data, there)) > by) far += 1;
    count += 1;
  });
  return far / count;
}

const CELL = 8;

/** Share of cells of 8 by 8 pixels whose mean brightness differs by more than `by`: blind to scaling, codec and hinting. */
export function unlike(one: Pixels, other: Pixels, by = 20): number {
  const [columns, rows] = [Math.ceil(one.width / CELL), Math.ceil(one.height / CELL)];
  const [mine, theirs] = [means(one, columns, rows), means(other, columns, rows)];
  return mine.filter((mean, index) => Math.abs(mean - theirs[index]!) > by).length / mine.length;
}

function means(pixels: Pixels, columns: number, rows: number): number[] {
  const [width, height] = [pixels.width / columns, pixels.height / rows];
  return Array.from({ length: columns * rows }, (_, cell) => {
    let [sum, count] = [0, 0];
    each(pixels, { x: (cell % columns) * width, y: Math.floor(cell / columns) * height, width, height }, (at) => {
      sum += brightness(pixels.data, at);
      count += 1;
    });
    return sum / Math.max(1, count);
  });
}

/** The part of a picture inside a box. */
export function crop(pixels: Pixels, box: Box): Pixels {
  const width = Math.round(box.width);
  const height = Math.round(box.height);
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const from = ((Math.round(box.y) + y) * pixels.width + Math.round(box.x)) * 4;
    data.set(pixels.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { width, height, data };
}

function whole(pixels: Pixels): Box {
  return { x: 0, y: 0, width: pixels.width, height: pixels.height };
}

function each(pixels: Pixels, box: Box, visit: (at: number, x: number, y: number) => void): void {
  const right = Math.min(pixels.width, Math.floor(box.x + box.width));
  const bottom = Math.min(pixels.height, Math.floor(box.y + box.height));
  for (let y = Math.max(0, Math.floor(box.y)); y < bottom; y += 1) {
    for (let x = Math.max(0, Math.floor(box.x)); x < right; x += 1) visit((y * pixels.width + x) * 4, x, y);
  }
}
