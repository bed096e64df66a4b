// Time left, for people.

/** A clock that goes on by itself jumps less, even in a tab that is seldom drawn. */
const MOVED_SECONDS = 5;

export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}

/** "9:41", "0:05", "1:02:03". */
export function clock(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(Math.floor(seconds % 60));
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** True for the moments a screen reader should hear: not each second. */
export function worthSaying(seconds: number): boolean {
  return seconds === 30 || seconds === 10 || (seconds > 0 && seconds % 60 === 0);
}

/** Whether a countdown that stood at `before` is said aloud at `now`: when it begins, when it was moved, and at times in between. */
export function countdownSays(before: number | undefined, now: number): boolean {
  return before === undefined || now > before || before - now > MOVED_SECONDS || (now !== before && worthSaying(now));
}

/** What is told of the end that comes without a choice after Stop: a text of the catalogue, or nothing as long as nobody counts. */
export function withoutChoice(seconds: number | undefined, sure: boolean, linked: boolean) {
  if (seconds === undefined) return sure ? "stop.choice" : undefined;
  if (seconds > 0) return "stop.countdown";
  return linked ? "stop.ending" : "stop.ending.unseen";
}
