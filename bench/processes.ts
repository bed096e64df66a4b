// Processor time and memory of a process and all its descendants, from /proc. Time in seconds of one core, memory in MiB (PSS).

import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly seconds: number;
}

function read(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    return { pid, parent: Number(fields[1]), name, seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

/** The process and all below it, with the time of children that ended left out. */
export function tree(root: number): Process[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => read(Number(name)) ?? []);
  const found = all.filter((one) => one.pid === root);
  for (let index = 0; index < found.length; index += 1) found.push(...all.filter((one) => one.parent === found[index]!.pid));
  return found;
}

export function seconds(root: number): number {
  return tree(root).reduce((sum, one) => sum + one.seconds, 0);
}

export function memoryMiB(processes: readonly { pid: number }[]): number {
  const pss = ({ pid }: { pid: number }) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  return processes.reduce((sum, one) => sum + pss(one), 0) / 1024;
}
