// Card numbers in text: 13 to 19 digits, single blanks or hyphens between them, with a right check digit (Luhn).

const numbers = (() => {
  const RUN = /(?<!\d)\d(?:[ \u00a0\u202f-]?\d){12,18}(?!\d)/g;

  function checks(digits) {
    let sum = 0;
    for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
      const digit = digits.charCodeAt(i) - 48;
      sum += twice ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
    }
    return sum % 10 === 0;
  }

  return {
    /** Whether the text contains a card number. */
    card(text) {
      for (const [run] of text.matchAll(RUN)) {
        const digits = run.replace(/\D/g, "");
        // No card begins with 0; of thirteen digits are only the oldest, and times and bar codes.
        if (checks(digits) && /^(?:[4-6]|[1-9]\d{13})/.test(digits)) return true;
      }
      return false;
    },
    /** Whether the text may be a part of a card number that is written in several elements. */
    part: (text) => /^[\d\s-]{1,24}$/.test(text) && /\d/.test(text),
  };
})();
