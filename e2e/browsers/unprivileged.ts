// Starts browsers as an ordinary user with a home of its own: their sandboxes need one. Started by root, they run as nobody.

import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../harness/processes.ts";

const isRoot = process.getuid?.() === 0;
const AS_NOBODY = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--pdeathsig", "TERM", "--"];

export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), "cobrowse-browser-"));

  /** Hands what was put into the home to the user that the browser runs as. */
  give(...paths: string[]): void {
    if (!isRoot) return;
    const [user, group] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "nobody"], { encoding: "utf8" })));
    for (const path of [this.folder, ...paths]) chownSync(path, user!, group!);
  }

  /** Nothing of this process's environment gets in. */
  program(name: string, command: readonly string[], env: Record<string, string> = {}): Program {
    const clean = { HOME: this.folder, TMPDIR: this.folder, XDG_RUNTIME_DIR: this.folder, PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8", TZ: "Europe/Amsterdam", ...env };
    const [program, ...args] = [...(isRoot ? AS_NOBODY : []), "env", "-i", ...Object.entries(clean).map(([key, value]) => `${key}=${value}`), ...command];
    return new Program(name, program!, args);
  }

  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
