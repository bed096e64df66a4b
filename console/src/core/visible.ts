// Which part of the page a person sees. A keyboard of glass or a zoom of the fingers moves the visible part of the window over
// the page, and what is fixed to the page goes out of sight: Stop in its corner, and the choices of a dialog. Pure.

import type { Size } from "./viewport";

/** The visible part of the window, in CSS pixels of the page (`visualViewport`). */
export interface Visible extends Size {
  left: number;
  top: number;
  scale: number;
}

/** CSS properties: the transform of what lies in the right top corner, and the place and size of a veil, all at their usual size. */
export function placesIn(visible: Visible, page: Size): Record<string, string> {
  const { left, top, width, height, scale } = visible;
  const right = left + width - page.width;
  const still = Math.abs(right) < 1 && Math.abs(top) < 1 && Math.abs(scale - 1) < 0.01;
  const shrunk = Math.abs(height * scale - page.height) >= 1;
  return {
    "--seen-corner": still ? "none" : `translate(${right}px, ${top}px) scale(${1 / scale})`,
    "--seen-place": still ? "none" : `translate(${left}px, ${top}px) scale(${1 / scale})`,
    "--seen-width": still ? "100%" : `${width * scale}px`,
    "--seen-height": still && !shrunk ? "100%" : `${height * scale}px`,
  };
}
