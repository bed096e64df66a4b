// The tools an agent has over the picture.

export type Tool = "act" | "laser" | "highlight" | "draw" | "arrow" | "text";

export const TOOLS: readonly Tool[] = ["act", "laser", "highlight", "draw", "arrow", "text"];

/** A drawn line gains a point only when it has moved this far, in CSS pixels of the page. */
export const STROKE_STEP = 2;
export const STROKE_POINTS_MAX = 256;
