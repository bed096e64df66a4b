// Says last, and shortly, what failed and why: the end of a long output is what people are shown of it. A reporter of Playwright's.

import type { FullConfig, Reporter, Suite, TestCase, TestResult } from "@playwright/test/reporter";

/** Lines of an error that say what was wanted and seen; what follows is code and a call log. */
const LINES = 8;

export default class Failures implements Reporter {
  private readonly failed = new Map<string, string[]>();
  private root = "";

  onBegin(config: FullConfig, _suite: Suite): void {
    this.root = config.rootDir;
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === "skipped") return;
    const place = (at: { file: string; line: number } | undefined) => (at ? `${at.file.replace(`${this.root}/`, "")}:${at.line}` : "");
    const errors = result.errors.map((error) => `${place(error.location)} ${plain(error.message ?? error.value ?? "")}`);
    this.failed.set(`${place(test.location)} "${test.title}" ${result.status}`, errors);
  }

  onEnd(): void {
    for (const [flow, errors] of this.failed) process.stdout.write(`\nfailed: ${flow}\n${errors.join("\n")}\n`);
  }
}

function plain(message: string): string {
  const lines = message.replace(/\u001b\[[0-9;]*m/g, "").split("\n");
  return lines.filter((line) => line.trim() !== "").slice(0, LINES).map((line) => `  ${line}`).join("\n");
}
