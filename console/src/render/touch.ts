// Whether this device is used by touch in the first place.

export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
