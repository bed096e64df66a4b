// Attributes that Chrome shows as text or says aloud: tooltips, texts in place of pictures, placeholders, labels of buttons and
// of lists. What is protected is taken out of them, or the field around it is masked.

const words = (() => {
  const SPOKEN = ["title", "alt", "aria-label", "aria-description", "aria-valuetext", "aria-placeholder"];
  const BUTTON = /^(submit|button|reset|image)$/;
  const ALL = `${SPOKEN.map((name) => `[${name}]`).join(", ")}, [placeholder], [label], input[value]`;

  const kindOf = (text, values) => {
    if (!text || text.length < 3) return null;
    if (/\d/.test(text) && numbers.card(text)) return "card";
    return mirrors.shows(text, values) ? "mirror" : null;
  };

  function look(element, values) {
    for (const name of SPOKEN) {
      if (dom.hasAttribute(element, name) && kindOf(dom.attribute(element, name), values)) dom.setAttribute(element, name, "");
    }
    const tag = dom.tag(element);
    const shown = (name) => kindOf(dom.attribute(element, name), values);
    if (/^(input|textarea)$/.test(tag) && !marks.known(element)) {
      const button = tag === "input" && BUTTON.test(element.type);
      const kind = shown("placeholder") ?? (button ? kindOf(element.value, values) : null);
      if (kind) marks.protect(element, { kind, look: button ? "cover" : "field" });
    }
    if (/^(option|optgroup)$/.test(tag)) {
      const kind = shown("label");
      const list = kind ? dom.closest(element, "select") : null;
      if (list) marks.protect(list, { kind, look: "field" });
    }
  }

  return {
    look,
    /** Looks at an element and all below it. */
    below(node, values) {
      if (dom.isElement(node) && dom.matches(node, ALL)) look(node, values);
      for (const element of dom.queryAll(node, ALL)) look(element, values);
    },
  };
})();
