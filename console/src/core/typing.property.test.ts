// Whatever is typed, composed, corrected and deleted, the page ends with what the field shows.

import fc from "fast-check";
import { expect, test } from "vitest";
import { PAD, textEdit, TypedText, wantsReset } from "./typing";

const piece = fc.oneof(fc.string({ maxLength: 6 }), fc.string({ unit: "grapheme", maxLength: 4 }), fc.constantFrom("e", "é", "😀", "日本", "\u200b", " "));
const steps = fc.array(fc.record({ text: piece.filter((text) => !text.includes("\n")), keep: fc.nat(8), composes: fc.boolean() }), { maxLength: 20 });

test("the page has what was typed", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const typed = new TypedText();
      let [page, preedit, field] = ["", "", ""];
      for (const { text, keep, composes } of all) {
        field = [...field].slice(0, keep).join("") + text;
        if (wantsReset(PAD + field)) return;
        const out = composes ? typed.compose(PAD + field) : typed.commit(PAD + field);
        if (!out) continue;
        expect(out.deleteBefore).toBeLessThanOrEqual([...page].length);
        page = [...page].slice(0, [...page].length - out.deleteBefore).join("") + out.commit;
        preedit = out.preedit;
      }
      expect(page + preedit).toBe(field.replaceAll("\u200b", ""));
    }),
  );
});

test("an edit leads from the old text to the new one", () => {
  fc.assert(
    fc.property(piece, piece, piece, (start, old, now) => {
      const [before, after] = [start + old, start + now].map((text) => text.replaceAll("\u200b", "")) as [string, string];
      const { keep, deleteBefore, added } = textEdit(before, after);
      expect(keep + added).toBe(after);
      expect([...before].length - deleteBefore).toBe([...keep].length);
    }),
  );
});
