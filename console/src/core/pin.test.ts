import { expect, test } from "vitest";
import { groupPin, normalizePin, spokenPin } from "./pin";

test("groups read well at every length", () => {
  const rows: Array<[string, string]> = [["123456", "123 456"], ["1234567", "123 4567"], ["12345678", "1234 5678"], ["123456789", "123 456 789"], ["1234567890", "123 456 7890"], ["", ""], ["12", "12"]];
  for (const [pin, groups] of rows) expect(groupPin(pin).join(" "), pin).toBe(groups);
});

test("what is typed or pasted keeps its digits", () => {
  for (const text of ["482913", "482 913", "482-913", " 482\u00a0913\n", "PIN: 482913"]) expect(normalizePin(text), text).toBe("482913");
  expect(normalizePin("9".repeat(40))).toHaveLength(12);
});

test("a typed group survives grouping again", () => {
  let shown = "";
  for (const digit of "48291377") shown = groupPin(normalizePin(shown + digit)).join(" ");
  expect(shown).toBe("4829 1377");
});

test("screen readers say digits, not numbers", () => {
  expect(spokenPin("482913")).toBe("4 8 2, 9 1 3");
});
