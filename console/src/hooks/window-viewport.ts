// The page size that will fit this window, before the stage is there to be measured.

import { isTouch } from "../render/touch";
import { wantedViewport, type Size } from "../core/viewport";

/** Heights of the bars around the stage: one on a wide window, two on a narrow one. As in live.css. */
const WIDE_BAR = 60;
const NARROW_BARS = 112;
const NARROW = "(max-width: 719px), (max-width: 899px) and (min-height: 501px)";

export function windowViewport(stage?: Size) {
  const bars = matchMedia(NARROW).matches ? NARROW_BARS : WIDE_BAR;
  const size = stage ?? { width: innerWidth, height: innerHeight - bars };
  return wantedViewport(size, devicePixelRatio, isTouch());
}
