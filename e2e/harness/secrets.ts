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

/** Names of the secrets that are found in bytes. Three digits are found anywhere, so the security code is left out. */
export function found(bytes: Buffer): string[] {
  const searched = ["card", "otherCard", "password", "code", "customer", "pasted"] as const;
  return searched.filter((name) => disguises(planted[name]).some((form) => contains(bytes, form)));
}

/** Whether `form` is in `bytes`; digits must not be part of a longer number. */
function contains(bytes: Buffer, form: Buffer): boolean {
  const digits = /^\d+$/.test(form.toString("latin1"));
  for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) {
    if (!digits || (!isDigit(bytes[at - 1]) && !isDigit(bytes[at + form.length]))) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
