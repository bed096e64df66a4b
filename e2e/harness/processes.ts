// Starts programs and ends them for certain. Each has a process group of its own; what it printed is kept.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export class Program {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output = "";
  private readonly waiting: { pattern: RegExp; resolve: (match: RegExpExecArray) => void }[] = [];

  constructor(
    readonly name: string,
    program: string,
    args: readonly string[],
    /** The whole environment; without it, this process's own. */
    env?: NodeJS.ProcessEnv,
  ) {
    this.child = spawn(program, args, { detached: true, stdio: ["pipe", "pipe", "pipe"], env: env ?? process.env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.printed(text));
    }
  }

  private printed(text: string): void {
    this.output += text;
    for (const [index, { pattern, resolve }] of [...this.waiting.entries()].reverse()) {
      const match = pattern.exec(this.output);
      if (!match) continue;
      this.waiting.splice(index, 1);
      resolve(match);
    }
  }

  /** Waits until the program printed something, or fails with all that it printed. */
  async prints(pattern: RegExp, within = 30_000): Promise<RegExpExecArray> {
    const known = pattern.exec(this.output);
    if (known) return known;
    const printed = new Promise<RegExpExecArray>((resolve) => this.waiting.push({ pattern, resolve }));
    const failed = new AbortController();
    const ended = once(this.child, "exit", { signal: failed.signal }).then(() => this.fail(`ended before it printed ${pattern}`));
    const late = once(AbortSignal.timeout(within), "abort", { signal: failed.signal }).then(() => this.fail(`did not print ${pattern} within ${within} ms`));
    try {
      return await Promise.race([printed, ended, late]);
    } finally {
      for (const loser of [ended, late]) loser.catch(() => {});
      failed.abort();
    }
  }

  private fail(what: string): never {
    throw new Error(`${this.name} ${what}; it printed:\n${this.output}`);
  }

  /** Asks the program to end, and kills its group when it does not within 15 s. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = once(this.child, "exit");
    process.kill(-pid, signal);
    const late = AbortSignal.timeout(15_000);
    late.addEventListener("abort", () => kill(pid));
    await gone;
  }
}

function kill(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
