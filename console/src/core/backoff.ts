// How long to wait before trying again. The source of randomness is passed in.

const FIRST_MS = 250;
const MAX_MS = 8_000;

/** Attempt 0 is the first retry. Between half and all of 250 ms, 500 ms, 1 s … 8 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random() / 2));
}
