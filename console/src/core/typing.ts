// Turns what an input method or a phone's keyboard does to a hidden text field into text for the page. The field keeps what
// was typed lately, so that corrections of whole words come out as deletions and new text. Pure.

/** Stands before the typed text, so that a phone's backspace always has something to delete. */
export const PAD = "\u200b\u200b\u200b\u200b";
/** Beyond this the field starts anew. */
const FIELD_MAX = 200;

export interface TextOut {
  preedit: string;
  commit: string;
  deleteBefore: number;
}

/** The edit from the old content to the new one, with the caret at the end. In characters, not code units. */
export function textEdit(before: string, after: string): { keep: string; deleteBefore: number; added: string } {
  const old = [...before];
  const now = [...after];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same++;
  // Beyond the pad, what it is made of never reached the page and need not be deleted there.
  const gone = old.slice(same).filter((letter, at) => letter !== "\u200b" || same + at < PAD.length);
  return { keep: now.slice(0, same).join(""), deleteBefore: gone.length, added: now.slice(same).join("").replaceAll("\u200b", "") };
}

export class TypedText {
  /** What the page has of the field. */
  #base = PAD;
  #preedit = "";

  /** The field was put back to the pad. */
  reset(): void {
    this.#base = PAD;
    this.#preedit = "";
  }

  get composing(): boolean {
    return this.#preedit !== "";
  }

  /** The field's content while an input method composes. */
  compose(value: string): TextOut | undefined {
    const { keep, deleteBefore, added } = textEdit(this.#base, value);
    if (deleteBefore === 0 && added === this.#preedit) return undefined;
    this.#base = keep;
    this.#preedit = added;
    return { preedit: added, commit: "", deleteBefore };
  }

  /** The field's content when nothing is being composed. */
  commit(value: string): TextOut | undefined {
    const { deleteBefore, added } = textEdit(this.#base, value);
    const nothing = deleteBefore === 0 && added === "" && this.#preedit === "";
    this.#base = value;
    this.#preedit = "";
    return nothing ? undefined : { preedit: "", commit: added, deleteBefore };
  }
}

/** True when the field should be put back to the pad: it was eaten into or grew long. */
export function wantsReset(value: string): boolean {
  return !value.startsWith(PAD) || value.length > FIELD_MAX || value.includes("\n");
}
