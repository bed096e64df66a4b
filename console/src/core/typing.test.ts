import { describe, expect, test } from "vitest";
import { PAD, textEdit, TypedText, wantsReset } from "./typing";

/** A page that does what the text input protocol says. */
class FakeField {
  text = "";
  preedit = "";
  put(out: { preedit: string; commit: string; deleteBefore: number } | undefined) {
    if (!out) return;
    this.text = [...this.text].slice(0, [...this.text].length - out.deleteBefore).join("") + out.commit;
    this.preedit = out.preedit;
  }
}

describe("phones", () => {
  test("letters, backspace, and a corrected word", () => {
    const typed = new TypedText();
    const page = new FakeField();
    for (const value of ["t", "te", "teh", "te", "tek", "the ", "the c"]) page.put(typed.commit(PAD + value));
    expect(page.text).toBe("the c");
  });
  test("a backspace with nothing typed still deletes one character", () => {
    expect(new TypedText().commit(PAD.slice(0, -1))).toEqual({ preedit: "", commit: "", deleteBefore: 1 });
  });
  test("emoji count as one character", () => {
    const typed = new TypedText();
    typed.commit(`${PAD}a😀`);
    expect(typed.commit(`${PAD}a`)).toEqual({ preedit: "", commit: "", deleteBefore: 1 });
  });
  test("a keyboard that composes each word, and takes the old word up again", () => {
    const typed = new TypedText();
    const page = new FakeField();
    for (const value of ["h", "he", "hel"]) page.put(typed.compose(PAD + value));
    expect(page).toMatchObject({ text: "", preedit: "hel" });
    page.put(typed.commit(`${PAD}hello `));
    expect(page).toMatchObject({ text: "hello ", preedit: "" });
    page.put(typed.compose(`${PAD}help`));
    page.put(typed.commit(`${PAD}help!`));
    expect(page).toMatchObject({ text: "help!", preedit: "" });
  });
});

test("an input method: composition, then its result", () => {
  const typed = new TypedText();
  const page = new FakeField();
  for (const value of ["n", "ni", "ni h", "ni hao"]) page.put(typed.compose(PAD + value));
  expect(page.preedit).toBe("ni hao");
  expect(typed.composing).toBe(true);
  page.put(typed.commit(`${PAD}你好`));
  expect(page).toMatchObject({ text: "你好", preedit: "" });
});

test("a composition that is thrown away leaves nothing", () => {
  const typed = new TypedText();
  const page = new FakeField();
  page.put(typed.compose(`${PAD}か`));
  page.put(typed.commit(PAD));
  expect(page).toMatchObject({ text: "", preedit: "" });
});

test("the same content twice is nothing new", () => {
  const typed = new TypedText();
  typed.commit(`${PAD}a`);
  expect(typed.commit(`${PAD}a`)).toBeUndefined();
  expect(textEdit("abc", "abc")).toMatchObject({ deleteBefore: 0, added: "" });
});

test("the field starts anew when eaten into, long, or broken into lines", () => {
  for (const value of [PAD.slice(1), PAD + "x".repeat(300), `${PAD}\n`]) expect(wantsReset(value)).toBe(true);
  expect(wantsReset(`${PAD}abc`)).toBe(false);
});
