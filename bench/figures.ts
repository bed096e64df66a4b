// Keeps what was measured: one line of JSON per figure, with its definition and the bar of the design.

import { appendFileSync } from "node:fs";

export interface Figure {
  readonly name: string;
  /** What exactly was measured, in one sentence. */
  readonly definition: string;
  readonly unit: string;
  /** Whose: ours, or the peer's in the same run. */
  readonly of: "CoBrowse" | "TigerVNC + noVNC";
  readonly values: readonly number[];
  /** What the design asks for. */
  readonly bar?: string;
}

const FILE = new URL("./results/figures.jsonl", import.meta.url);

export function keep(figure: Figure): void {
  appendFileSync(FILE, `${JSON.stringify({ ...figure, p50: percentile(figure.values, 50), p95: percentile(figure.values, 95), n: figure.values.length })}\n`);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1);
  return sorted[Math.max(0, at)] ?? NaN;
}
