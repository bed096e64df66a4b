// What the end user types and nobody else may get, and the search for it in bytes.

import { disguises } from "./tap.ts";

/** Each is right for the shop, and found nowhere in this repository's own texts at run time. */
export const planted = {
  card: "4539578763621486",
  otherCard: "5425233430109903",
  password: "Kestrel-Harbour-59",
  cvc: "861",
  code: "739204",
  customer: "NWC-Juniper-4471",
  pasted: "Osprey-Ledger-83",
} as const;

/** Which secrets are found in bytes, each with what stands around it. Three digits are found anywhere, so the security code is left out. */
export function found(bytes: Buffer): string[] {
  const searched = ["card", "otherCard", "password", "code", "customer", "pasted"] as const;
  return searched.flatMap((name) => disguises(planted[name]).flatMap((form) => around(bytes, form).map((text) => `${name} in ${text}`)));
}

/** Readings of clocks: their microseconds are six digits, as a code is. */
const CLOCKS = /"timestamp":"[^"]*"|_us\\?":\d+|\d\d:\d\d:\d\d\.\d+/g;

/** The same in what a program printed or keeps, but for readings of clocks. */
export function foundInPrint(text: Buffer): string[] {
  return found(Buffer.from(text.toString("latin1").replace(CLOCKS, ""), "latin1"));
}

/** Characters of a run of hexadecimal that is a hash or an id, in which any six digits come up by chance. */
const HASH = 16;

/** What stands around the first place of `form` in `bytes`, if there is one; digits must not be part of a longer number or of a hash. */
function around(bytes: Buffer, form: Buffer): string[] {
  const digits = /^\d+$/.test(form.toString("latin1"));
  for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) {
    const [before, after] = [bytes.subarray(Math.max(0, at - HASH), at), bytes.subarray(at + form.length, at + form.length + HASH)].map((part) => part.toString("latin1"));
    if (digits && inLonger(before!, after!, form.length)) continue;
    return [bytes.subarray(Math.max(0, at - 60), at + form.length + 60).toString("latin1")];
  }
  return [];
}

function inLonger(before: string, after: string, length: number): boolean {
  if (/\d$/.test(before) || /^\d/.test(after)) return true;
  // A form that is itself as long as a hash comes up nowhere by chance.
  return length < HASH && /[0-9a-f]*$/.exec(before)![0].length + length + /^[0-9a-f]*/.exec(after)![0].length >= HASH;
}
