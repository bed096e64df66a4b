// What a field is for, by what the page says about it, so that it is masked from the first key on.

const hints = (() => {
  const KINDS = [
    ["code", /\b(cvc2?|cvv2?|csc|cv2|one ?time|otp|totp|2fa|mfa|tan|(verification|security|sms|auth(entication)?|login|card|confirmation|toegangs|beveiligings|verificatie) ?code)\b/],
    ["card", /\b(card ?(no|nr|num|number)|(credit|debit|bank) ?card|cc ?(no|nr|num|number)|ccnum|pan|creditcard(nummer)?|kaart ?nummer|pas ?nummer|kredit ?karte(nnummer)?|karten ?nummer|num(e|é)ro de carte)\b/],
    ["password", /\b(pass ?(word|wd|code|phrase)|pwd|passwd|wachtwoord|pass ?wort|kennwort|mot de passe|pin( ?code)?)\b/],
    ["account", /\b(iban|account ?(no|nr|num|number)|rekening ?(nummer|nr)?|konto ?nummer|sort ?code|bsn|ssn|social security)\b/],
  ];
  const AUTOCOMPLETE = [
    [/^cc-csc$/, "code"],
    [/^cc-/, "card"],
    [/^one-time-code$/, "code"],
    [/^(current|new)-password$/, "password"],
  ];
  /** Digits only, as many as a card has. */
  const PATTERN = /(\\d|0-9\]?|\[:digit:\]\]?)[^{]*\{1[3-9](,\d*)?\}/;

  /** Words of a name in any writing: cardNumber, card_number, card-number. */
  const words = (text) =>
    text
      .slice(0, 300)
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .replace(/[^\p{L}\d]+/gu, " ")
      .toLowerCase();

  function labels(element) {
    let text = "";
    for (const label of element.labels ?? []) text += " " + dom.text(label).slice(0, 200);
    const ids = dom.attribute(element, "aria-labelledby");
    const root = ids ? dom.rootOf(element) : null;
    for (const id of ids ? ids.split(/\s+/, 4) : []) {
      const label = id ? dom.query(root, `#${CSS.escape(id)}`)[0] : null;
      if (label) text += " " + dom.text(label).slice(0, 200);
    }
    return text;
  }

  /** One of a row of boxes for one digit each. */
  function oneOfSeveral(element) {
    if (!dom.matches(element, ONE_DIGIT)) return false;
    let scope = dom.parentNode(element);
    for (let level = 0; level < 3 && dom.isElement(scope); level++, scope = dom.parentNode(scope)) {
      const all = Element.prototype.querySelectorAll.call(scope, ONE_DIGIT).length;
      if (all >= 4) return all <= 12;
    }
    return false;
  }
  const ONE_DIGIT = 'input[maxlength="1"]:is([inputmode="numeric"], [type="tel"], [type="number"], [type="text"], :not([type]))';

  return {
    /** The kind that the autocomplete attribute names, or null. */
    autocomplete(element) {
      const tokens = (dom.attribute(element, "autocomplete") ?? "").toLowerCase().split(/\s+/);
      for (const [token, kind] of AUTOCOMPLETE) if (tokens.some((one) => token.test(one))) return kind;
      return null;
    },
    /** The kind that names, labels and forms of the field speak of, or null. */
    guess(element) {
      const said = ["name", "id", "placeholder", "aria-label", "title", "data-field", "data-encrypted-name"]
        .map((name) => words(dom.attribute(element, name) ?? ""))
        .concat(words(labels(element)))
        .join(" | ");
      for (const [kind, expression] of KINDS) if (expression.test(said)) return kind;
      if (PATTERN.test(dom.attribute(element, "pattern") ?? "")) return "card";
      const digits = dom.attribute(element, "inputmode") === "numeric";
      const length = Number(dom.attribute(element, "maxlength") ?? 0);
      if (digits && length >= 16 && length <= 23) return "card";
      return oneOfSeveral(element) ? "code" : null;
    },
  };
})();
