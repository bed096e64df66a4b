// Values of protected fields that the page shows elsewhere too. Values are read at each look; what was a value when a field
// was left is remembered for as long as the document lives.

const mirrors = (() => {
  /** Shorter values would be found in ordinary words: they count as whole words only, and with a digit in them. */
  const LONG = 6;
  const SHORTEST = 3;
  const REMEMBERED = 64;
  const LONGEST = 1_024;
  const MANY = 200;
  const WORD = /[\p{L}\p{N}]/u;
  const past = new Set();

  const valueOf = (element) => (/^(input|textarea)$/.test(dom.tag(element)) ? element.value : "");
  const bare = (text) => text.replace(/[\s\u00a0-]+/g, "");

  function all(except) {
    const values = new Set(past);
    for (const element of marks.live) {
      if (element === except || marks.known(element).look !== "field") continue;
      const value = valueOf(element).trim();
      if (counts(value)) values.add(value);
    }
    return values;
  }

  const counts = (value) => value.length >= LONG || (value.length >= SHORTEST && /\d/.test(value));

  function asWord(text, value) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
      if (!WORD.test(text[at - 1] ?? "") && !WORD.test(text[at + value.length] ?? "")) return true;
    }
    return false;
  }

  // Of fields that nobody sees now too, and of text; of covers there is none.
  function contentOf(element) {
    const { look } = marks.known(element);
    if (look === "field") return valueOf(element);
    return look === "cover" ? "" : dom.text(element).replace(/\s+/g, " ");
  }

  return {
    /** Everything that is protected, for the pod to take out of what the page says on other ways than the picture. */
    secrets() {
      const values = new Set(past);
      for (const element of marks.live) {
        const value = contentOf(element).trim();
        if (counts(value) && value.length <= LONGEST) values.add(value);
        if (values.size >= MANY) break;
      }
      return [...values];
    },
    /** The values to look for, read once for many looks. `except`: a field that is itself looked at. */
    values: (except) => [...all(except)],
    /** Whether the text shows one of them, also with other blanks and hyphens. */
    shows(text, values) {
      if (values.length === 0 || text.length < SHORTEST) return false;
      const plain = text.length < 2_000 ? bare(text) : text;
      const long = (value) => text.includes(value) || plain.includes(bare(value));
      return values.some((value) => (value.length >= LONG ? long(value) : asWord(text, value)));
    },
    /** Remembers the value of a field that is left or sent. */
    remember(element) {
      const value = valueOf(element).trim();
      if (!counts(value) || !marks.known(element)) return;
      past.delete(value);
      past.add(value);
      if (past.size > REMEMBERED) past.delete(past.values().next().value);
    },
  };
})();
