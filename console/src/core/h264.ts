// Just enough of H.264 Annex B to configure a decoder: the profile and level bytes of the sequence parameter set.

const NAL_SPS = 7;

/** The codec string of a key picture, for example "avc1.42c01f". Undefined without a parameter set. */
export function codecOf(data: Uint8Array): string | undefined {
  for (let at = 0; at + 6 < data.length; at++) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue;
    if (((data[at + 3] ?? 0) & 0x1f) !== NAL_SPS) continue;
    const hex = [...data.subarray(at + 4, at + 7)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `avc1.${hex}`;
  }
  return undefined;
}

/** Constrained baseline at the level that a picture of this size needs (ITU-T H.264 table A-1, macroblocks per frame). */
export function codecForSize(width: number, height: number): string {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = blocks <= 3_600 ? "1f" : blocks <= 8_192 ? "28" : blocks <= 22_080 ? "32" : "33";
  return `avc1.42e0${level}`;
}
