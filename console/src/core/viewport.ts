// Where the page lies on the screen, and back. All sizes in CSS pixels; the picture's own size plays no part.

export interface Size {
  width: number;
  height: number;
}
export interface Spot {
  x: number;
  y: number;
}
export interface Box extends Size, Spot {}

/** The viewer's own zoom (1 is all of the page) and the page spot in the middle of the stage, 0 to 1 each way. */
export interface Lens {
  zoom: number;
  centre: Spot;
}

/** Page spot p lies at `offset + p * scale` from the stage's left top. */
export interface Fit {
  scale: number;
  offset: Spot;
}

export const WHOLE: Lens = { zoom: 1, centre: { x: 0.5, y: 0.5 } };
export const ZOOM_MAX = 5;
const VIEWPORT_MIN = 240;
const VIEWPORT_MAX = 2560;
/** Pictures beyond this many device pixels cost more to encode than sharpness is worth. */
const SHARP_PIXELS_MAX = 1_600_000;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Letterboxes the page into the stage; never enlarges beyond its own size unless zoomed. */
export function fit(stage: Size, page: Size, lens: Lens = WHOLE): Fit {
  if (page.width <= 0 || page.height <= 0 || stage.width <= 0 || stage.height <= 0) return { scale: 1, offset: { x: 0, y: 0 } };
  const whole = Math.min(1, stage.width / page.width, stage.height / page.height);
  const scale = whole * clamp(lens.zoom, 1, ZOOM_MAX);
  return {
    scale,
    offset: {
      x: place(stage.width, page.width * scale, lens.centre.x),
      y: place(stage.height, page.height * scale, lens.centre.y),
    },
  };
}

function place(room: number, size: number, centre: number): number {
  if (size <= room) return (room - size) / 2;
  return clamp(room / 2 - centre * size, room - size, 0);
}

/** A spot on the stage as a spot of the page, held inside the page. */
export function toPage(spot: Spot, page: Size, fitted: Fit): Spot {
  return {
    x: clamp((spot.x - fitted.offset.x) / fitted.scale, 0, Math.max(0, page.width - 0.01)),
    y: clamp((spot.y - fitted.offset.y) / fitted.scale, 0, Math.max(0, page.height - 0.01)),
  };
}

export function toStage(spot: Spot, fitted: Fit): Spot {
  return { x: fitted.offset.x + spot.x * fitted.scale, y: fitted.offset.y + spot.y * fitted.scale };
}

/** True when the spot of the stage lies on the page and not on the bars beside it. */
export function onPage(spot: Spot, page: Size, fitted: Fit): boolean {
  const x = (spot.x - fitted.offset.x) / fitted.scale;
  const y = (spot.y - fitted.offset.y) / fitted.scale;
  return x >= 0 && y >= 0 && x < page.width && y < page.height;
}

/** Zooms by `factor` and keeps the page spot under `anchor` (stage) where it is. */
export function zoomAt(lens: Lens, factor: number, anchor: Spot, stage: Size, page: Size): Lens {
  const zoom = clamp(lens.zoom * factor, 1, ZOOM_MAX);
  const under = toPage(anchor, page, fit(stage, page, lens));
  const scale = fit(stage, page, { ...lens, zoom }).scale;
  return settle({
    zoom,
    centre: {
      x: (under.x * scale + stage.width / 2 - anchor.x) / (page.width * scale),
      y: (under.y * scale + stage.height / 2 - anchor.y) / (page.height * scale),
    },
  });
}

/** Moves the page by (dx, dy) on the screen. */
export function panBy(lens: Lens, dx: number, dy: number, stage: Size, page: Size): Lens {
  const { scale } = fit(stage, page, lens);
  return settle({
    zoom: lens.zoom,
    centre: { x: lens.centre.x - dx / (page.width * scale), y: lens.centre.y - dy / (page.height * scale) },
  });
}

function settle(lens: Lens): Lens {
  if (lens.zoom <= 1.01) return WHOLE;
  return { zoom: lens.zoom, centre: { x: clamp(lens.centre.x, 0, 1), y: clamp(lens.centre.y, 0, 1) } };
}

/** The viewport to ask for, so that the page fits the end user's window one to one. */
export function wantedViewport(stage: Size, pixelRatio: number, touch: boolean) {
  const width = clamp(Math.floor(stage.width), VIEWPORT_MIN, VIEWPORT_MAX);
  const height = clamp(Math.floor(stage.height), VIEWPORT_MIN, VIEWPORT_MAX);
  const sharp = pixelRatio >= 1.5 && width * height * 4 <= SHARP_PIXELS_MAX;
  return { width, height, scalePercent: sharp ? 200 : 100, touch };
}
