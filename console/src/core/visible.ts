// Where the window's right top corner is that a person sees. A keyboard of glass or a zoom of the fingers moves the visible
// part of the window over the page, and what is fixed to the page's top goes out of sight. Pure.

/** The visible part of the window, in CSS pixels of the page (`visualViewport`). */
export interface Visible {
  left: number;
  top: number;
  width: number;
  scale: number;
}

/** The CSS transform, from the right top, that brings what lies in that corner into sight at its usual size. */
export function cornerTransform(visible: Visible, pageWidth: number): string {
  const right = visible.left + visible.width - pageWidth;
  const still = Math.abs(right) < 1 && Math.abs(visible.top) < 1 && Math.abs(visible.scale - 1) < 0.01;
  return still ? "none" : `translate(${right}px, ${visible.top}px) scale(${1 / visible.scale})`;
}
