// Card numbers in text: 13 to 19 digits, single blanks or hyphens between them, with a right check digit (Luhn).

const numbers = (() => {
  const RUN = /\d(?:[ \u00a0\u202f-]?\d){12,}/g;
  const SHORTEST = 13;
  const LONGEST = 19;

  function checks(digits) {
    let sum = 0;
    for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
      const digit = digits.charCodeAt(i) - 48;
      sum += twice ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
    }
    return sum % 10 === 0;
  }

  // No card begins with 0; of thirteen digits are only the oldest, and times and bar codes.
  const card = (digits) => digits.length >= SHORTEST && checks(digits) && /^(?:[4-6]|[1-9]\d{13})/.test(digits);

  /** Whether the groups of digits are a card, or some that follow each other with the same sign between them: another number
      may stand right beside it. */
  function among(run) {
    const groups = run.split(/\D/);
    const signs = run.match(/\D/g) ?? [];
    if (groups.join("").length <= LONGEST && card(groups.join(""))) return true;
    return groups.some((_, first) => {
      let digits = "";
      for (let at = first; at < groups.length && digits.length + groups[at].length <= LONGEST; at++) {
        if (at > first + 1 && signs[at - 1] !== signs[first]) return false;
        digits += groups[at];
        if (card(digits)) return true;
      }
      return false;
    });
  }

  return {
    /** Whether the text contains a card number. */
    card(text) {
      for (const [run] of text.matchAll(RUN)) if (among(run)) return true;
      return false;
    },
    /** Whether the text may be a part of a card number that is written in several elements. */
    part: (text) => /^[\d\s-]{1,24}$/.test(text) && /\d/.test(text),
  };
})();
