// Whether the kernel confines a process.

import { readFileSync, readlinkSync } from "node:fs";

const SECCOMP_FILTER = "2";

/** A filter of system calls is on, as browsers' own sandboxes set it. */
export function filtered(pid: number): boolean {
  return /^Seccomp:\s*(\d)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] === SECCOMP_FILTER;
}

/** It sees other files than another process: bubblewrap gave it a file system of its own. */
export function apart(pid: number, other: number): boolean {
  return readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync(`/proc/${other}/ns/mnt`);
}
