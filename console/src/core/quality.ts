// How good the connection is: round trip from keepalives, pictures per second. Pure; time is passed in.

const WINDOW_MS = 2_000;
const BEAT_MS = 1_000;
const SMOOTH = 0.3;

export class Quality {
  #rttMs: number | undefined;
  #pictures: number[] = [];
  #beatAt = 0;

  /** The time to send up, in whole microseconds. */
  stamp(nowMs: number): bigint {
    return BigInt(Math.round(nowMs * 1000));
  }

  /** Takes the time that came back. True when it was one of ours and the round trip is known. */
  echo(sentUs: bigint, nowMs: number): boolean {
    if (sentUs === 0n) return false;
    const rtt = nowMs - Number(sentUs) / 1000;
    if (rtt < 0 || rtt > 60_000) return false;
    const first = this.#rttMs === undefined;
    this.#rttMs = this.#rttMs === undefined ? rtt : this.#rttMs + (rtt - this.#rttMs) * SMOOTH;
    return first;
  }

  picture(nowMs: number): void {
    this.#pictures.push(nowMs);
  }

  /** True about once a second, when the figures are worth showing again. */
  beat(nowMs: number): boolean {
    if (nowMs - this.#beatAt < BEAT_MS) return false;
    this.#beatAt = nowMs;
    this.#pictures = this.#pictures.filter((at) => nowMs - at < WINDOW_MS);
    return true;
  }

  read(): { rttMs: number | undefined; perSecond: number } {
    return { rttMs: this.#rttMs === undefined ? undefined : Math.round(this.#rttMs), perSecond: Math.round((this.#pictures.length * 1000) / WINDOW_MS) };
  }
}

export type Grade = "good" | "fair" | "poor";

export function grade(rttMs: number | undefined): Grade {
  if (rttMs === undefined || rttMs < 120) return "good";
  return rttMs < 300 ? "fair" : "poor";
}
