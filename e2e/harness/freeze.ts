// Processes of the product, read from /proc; stopped in their tracks, as a machine that hangs does, and let go on.

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Program } from "./processes.ts";

const xtask = new URL("../../target/debug/xtask", import.meta.url).pathname;

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function all(): Seen[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return { pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ") };
    } catch {
      return [];
    }
  });
}

/** Processes below one, whose command fits. */
export function below(root: number, command: RegExp): number[] {
  const processes = all();
  const found: Seen[] = processes.filter(({ pid }) => pid === root);
  for (let index = 0; index < found.length; index += 1) found.push(...processes.filter(({ parent }) => parent === found[index]!.pid));
  return found.slice(1).filter((one) => command.test(one.command)).map(({ pid }) => pid);
}

/** Which of these has used most of the processor. */
export function busiest(pids: readonly number[]): number {
  const ticks = (pid: number) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return Number(user) + Number(system);
  };
  const [first] = pids.map((pid) => [ticks(pid), pid] as const).sort(([one], [other]) => other - one);
  if (!first) throw new Error("there is no process to choose from");
  return first[1];
}

/** The command line of a process. */
export const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");

/** The first word of a line of a process's status. */
export function statusOf(pid: number, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
}

/** The namespace of this kind that a process is in. */
export const namespaceOf = (pid: number, kind: "pid" | "mnt" | "user") => readlinkSync(`/proc/${pid}/ns/${kind}`);

/** Whether a process has this path in its own view of the files. */
export const pathSeenBy = (pid: number, path: string) => existsSync(`/proc/${pid}/root${path}`);

/** Holds one thread or the store's write lock, by `xtask hold`, while `act` runs. */
export async function held<T>(what: readonly string[], act: () => Promise<T>): Promise<T> {
  const holder = new Program("xtask hold", xtask, ["hold", ...what]);
  try {
    await holder.prints(/^held$/m);
    return await act();
  } finally {
    await holder.end();
  }
}

/** Freezes processes while `act` runs. */
export async function frozen<T>(pids: readonly number[], act: () => Promise<T>): Promise<T> {
  if (pids.length === 0) throw new Error("there is nothing to freeze");
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  try {
    return await act();
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
}
