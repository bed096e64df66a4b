// How long to wait before trying again. The source of randomness is passed in.

/** While a replica is replaced the next one is there at once, but two or three tries may lead to one that goes, too: three of them take 0.7 s. */
const FIRST_MS = 100;
const MAX_MS = 8_000;

/** Attempt 0 is the first retry. Between half and all of 100 ms, 200 ms, 400 ms … 8 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random() / 2));
}
