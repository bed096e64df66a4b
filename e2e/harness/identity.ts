// Who the product runs as. `e2e/run` names a user id, of nobody on the machine, for the pass as an ordinary user; without one
// the product runs as whoever runs the flows.

import { chmodSync, lchownSync, readdirSync } from "node:fs";
import { join } from "node:path";

const built = new URL("../../target/debug/", import.meta.url).pathname;

/** The folder of the programs: where they were built, or a copy that the product's user may read. */
export const programs = process.env["FLOWS_PROGRAMS"] ?? built;

/** The user id that the product runs as, when it is another than the flows' own. */
const other = process.env["FLOWS_UID"] ? Number(process.env["FLOWS_UID"]) : undefined;

/** Whether pods get user ids of their own, or user namespaces. */
export const asRoot = other === undefined && process.getuid?.() === 0;

/** The user id of the product's own processes. */
export const productsUid = other ?? process.getuid?.() ?? -1;

export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Replaces the environment, when given. */
  readonly env: NodeJS.ProcessEnv | undefined;
}

/** A program as it must be started to run as the product's user, who has no home, no groups and no capabilities. */
export function asTheProductsUser(program: string, args: readonly string[], folder: string): Start {
  // However the flows die, the product ends, and its pods with it.
  const bound = ["--pdeathsig", "KILL", "--", program, ...args];
  if (other === undefined) return { program: "setpriv", args: bound, env: undefined };
  const who = ["--reuid", String(other), "--regid", String(other), "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"];
  return { program: "setpriv", args: [...who, ...bound], env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", TMPDIR: folder } };
}

/** Gives a folder and all in it to the product's user, and to nobody else. */
export function giveToTheProductsUser(folder: string): void {
  if (other === undefined) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) lchownSync(join(folder, name), other, other);
  lchownSync(folder, other, other);
  chmodSync(folder, 0o700);
}
