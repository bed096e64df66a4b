// The search for what a session carried in whatever stays behind it: files that were written since, and what the product keeps. A value is
// looked for as it is and as base64, hexadecimal and wide characters would hide it.

import { lstatSync, type Dirent, readdirSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import { disguises } from "./tap.ts";

/** What is looked for, by its name. */
export type Markers = Readonly<Record<string, string>>;

/** One that was found. */
export interface Found {
  readonly marker: string;
  /** A file, or another place where something is kept. */
  readonly place: string;
  /** What stands around it. */
  readonly text: string;
}

const MARKER_MIN = 6;
/** More than any log or database of a test. */
const FILE_MAX = 1 << 30;
/** Characters before and after what was found that are told. */
const AROUND = 60;

/** Whether one that was found may be there. */
export type Allowed = (found: Found) => boolean;

/** Each marker that is in these bytes, once: the first time that it may not be there. */
export function search(markers: Markers, place: string, bytes: Buffer, allowed: Allowed = () => false): Found[] {
  return Object.entries(markers).flatMap(([marker, value]) => {
    if (value.length < MARKER_MIN) throw new Error(`${marker} is too short to be told from chance: ${value}`);
    const digits = /^\d+$/.test(value);
    for (const form of disguises(value)) {
      for (const at of places(bytes, form, digits && form.length === value.length)) {
        const text = bytes.subarray(Math.max(0, at - AROUND), at + form.length + AROUND).toString("latin1");
        if (!allowed({ marker, place, text })) return [{ marker, place, text }];
      }
    }
    return [];
  });
}

/** Digits come up by chance in times and longer numbers: they count where they stand alone. */
function* places(bytes: Buffer, form: Buffer, alone: boolean): Iterable<number> {
  const part = (at: number) => /[\w.+/=-]/.test(String.fromCharCode(bytes[at] ?? 0));
  for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) {
    if (!alone || !(part(at - 1) || part(at + form.length))) yield at;
  }
}

/** The same in all files of these folders that were written, or named, since. */
export function searchFiles(markers: Markers, folders: readonly string[], since: number, allowed?: Allowed): Found[] {
  const seen = new Set<string>();
  return folders.flatMap((folder) => {
    const found: Found[] = [];
    for (const { path, stat } of filesOf(folder)) {
      const file = `${stat.dev}:${stat.ino}`;
      if (seen.has(file) || stat.ctimeMs < since) continue;
      seen.add(file);
      found.push(...search(markers, path, Buffer.from(path)), ...search(markers, path, read(path, stat.size), allowed));
    }
    return found;
  });
}

/** All plain files below a folder; what goes meanwhile is gone. */
function* filesOf(folder: string): Iterable<{ path: string; stat: Stats }> {
  for (const entry of gone<Dirent[]>(() => readdirSync(folder, { withFileTypes: true }), [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    const stat = entry.isFile() ? gone<Stats | undefined>(() => lstatSync(path), undefined) : undefined;
    if (stat) yield { path, stat };
  }
}

/** A log of writes is made longer than it is, by zeros. What has no size is a namespace that is mounted as a file, or empty. */
function read(path: string, size: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  if (size > FILE_MAX) throw new Error(`${path} is too large to be searched: ${size} bytes`);
  const bytes = gone(() => readFileSync(path), Buffer.alloc(0));
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

function gone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ESTALE", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) return otherwise;
    throw error;
  }
}
