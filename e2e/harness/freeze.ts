// Stops processes of the product in their tracks, as a machine that hangs does, and lets them go on.

import { readdirSync, readFileSync } from "node:fs";

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
