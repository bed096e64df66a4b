// How a PIN is shown, read aloud and typed. The PIN itself is made by the server.

/** Longest PIN the server mints is far below this; more digits are a slip of the hand. */
export const PIN_DIGITS_MAX = 12;
export const PIN_DIGITS_MIN = 6;

/** Keeps the digits of what was typed or pasted: "123-456 7" becomes "1234567". */
export function normalizePin(text: string): string {
  return text.replace(/[^0-9]/g, "").slice(0, PIN_DIGITS_MAX);
}

/** Splits into groups of three or four that read well: 6 is 3+3, 7 is 3+4, 8 is 4+4, 9 is 3+3+3. */
export function groupPin(pin: string): string[] {
  const size = pin.length % 4 === 0 && pin.length % 3 !== 0 ? 4 : 3;
  const groups: string[] = [];
  for (let at = 0; at < pin.length; at += size) groups.push(pin.slice(at, at + size));
  const last = groups.at(-1);
  // A group of one digit is hard to say; it joins its neighbour.
  if (groups.length > 1 && last?.length === 1) {
    groups.pop();
    groups[groups.length - 1] += last;
  }
  return groups;
}

/** For screen readers: digits one by one, groups apart. */
export function spokenPin(pin: string): string {
  return groupPin(pin)
    .map((group) => [...group].join(" "))
    .join(", ");
}
