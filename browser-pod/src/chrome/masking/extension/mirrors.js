// Values of protected fields that the page shows elsewhere too. Values are read at each look; what was a value when a field
// was left is remembered for as long as the document lives.

const mirrors = (() => {
  /** Shorter values would be found in ordinary words. */
  const SHORTEST = 6;
  const REMEMBERED = 64;
  const past = new Set();

  const valueOf = (element) => (/^(input|textarea)$/.test(dom.tag(element)) ? element.value : "");
  const bare = (text) => text.replace(/[\s\u00a0-]+/g, "");

  function all(except) {
    const values = new Set(past);
    for (const element of marks.live) {
      if (element === except || marks.known(element).look !== "field") continue;
      const value = valueOf(element).trim();
      if (value.length >= SHORTEST) values.add(value);
    }
    return values;
  }

  return {
    /** The values to look for, read once for many looks. `except`: a field that is itself looked at. */
    values: (except) => [...all(except)],
    /** Whether the text shows one of them, also with other blanks and hyphens. */
    shows(text, values) {
      if (values.length === 0 || text.length < SHORTEST) return false;
      const plain = text.length < 2_000 ? bare(text) : text;
      return values.some((value) => text.includes(value) || plain.includes(bare(value)));
    },
    /** Remembers the value of a field that is left or sent. */
    remember(element) {
      const value = valueOf(element).trim();
      if (value.length < SHORTEST || !marks.known(element)) return;
      past.delete(value);
      past.add(value);
      if (past.size > REMEMBERED) past.delete(past.values().next().value);
    },
  };
})();
