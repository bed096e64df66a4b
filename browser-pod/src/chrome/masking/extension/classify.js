// Decides for one element or one text whether it is protected, and how it then looks.

const classify = (() => {
  const PLAIN_TYPES = /^(checkbox|radio|submit|button|reset|image|hidden|file|range|color)$/;
  const MEDIA = "img, canvas, video, iframe, frame, object, embed, svg, picture, audio, fencedframe";
  const FIELDS = "input, textarea, select, [contenteditable]";
  const NEVER_TEXT = /^(script|style|noscript|template|title|head|html|option|optgroup|select|textarea|iframe|math)$/;
  /** Tags inside which a number may be written in parts. */
  const INLINE = /^(span|b|i|em|strong|font|a|bdi|bdo|code|small|u|mark|tt|kbd|samp|data|var|sub|sup|wbr|time|output)$/;
  /** More than this in an element, and only the text itself is masked, in an element of its own. */
  const FEW = 12;
  /** Names of fields that were passwords: pages make the field anew to show it. */
  const passwords = new Set();

  const namesOf = (element) =>
    ["name", "id"].flatMap((name) => {
      const value = dom.attribute(element, name);
      return value ? [`${name}:${value}`] : [];
    });

  const editable = (element) =>
    dom.isHtml(element) && dom.hasAttribute(element, "contenteditable") && dom.attribute(element, "contenteditable") !== "false";
  const isField = (element) => /^(input|textarea|select)$/.test(dom.tag(element));

  function lookOf(element) {
    if (dom.tag(element) === "input") return PLAIN_TYPES.test(element.type) ? "cover" : "field";
    if (isField(element)) return "field";
    if (dom.matches(element, MEDIA) || dom.shadow(element)) return "cover";
    if (editable(element)) return "edit";
    return dom.computed(element).display === "inline" ? "text-inline" : "text";
  }

  function password(element) {
    for (const name of namesOf(element)) passwords.add(name);
    marks.protect(element, { kind: "password", look: "field" });
  }

  function input(element) {
    if (dom.tag(element) === "input") {
      if (element.type === "password") return password(element);
      if (PLAIN_TYPES.test(element.type)) return undefined;
      if (namesOf(element).some((name) => passwords.has(name))) return password(element);
    }
    const kind = hints.autocomplete(element) ?? (dom.tag(element) === "select" ? null : hints.guess(element));
    if (kind) return marks.protect(element, { kind, look: "field" });
    return byContent(element);
  }

  function byContent(element) {
    const value = dom.tag(element) === "select" ? optionText(element) : element.value;
    if (value.length < 6) return;
    if (numbers.card(value)) marks.protect(element, { kind: "card", look: "field" });
    else if (mirrors.shows(value, mirrors.values(element).filter((one) => one.length >= 6))) marks.protect(element, { kind: "mirror", look: "field" });
  }

  const optionText = (element) => (element.options.length > 200 ? "" : [...element.options].map((one) => one.text).join("\n"));

  function edit(element) {
    const kind = hints.autocomplete(element) ?? hints.guess(element);
    const text = dom.text(element);
    if (kind) marks.protect(element, { kind, look: "edit" });
    else if (text.length < 10_000 && numbers.card(text)) marks.protect(element, { kind: "card", look: "edit" });
  }

  /** The element to mask for one text: its parent, or a new one around it where the parent holds much else. */
  function holder(node) {
    const parent = dom.parentNode(node);
    const root = dom.isShadow(parent);
    const crowded =
      root || parent === dom.body(document) || parent === dom.root(document) || dom.elementCount(parent) > FEW || dom.queryIn(parent, `${FIELDS}, ${MEDIA}`);
    if (!crowded) return parent;
    const own = dom.create("span");
    dom.before(parent, own, node);
    dom.append(own, node);
    return own;
  }

  function maskText(node, kind, content) {
    const parent = dom.parentNode(node);
    if (!dom.isElement(parent) && !(dom.isShadow(parent))) return;
    const host = dom.isElement(parent) ? editHost(parent) : null;
    if (host) return void marks.protect(host, { kind, look: "edit" });
    if (dom.isElement(parent) && dom.matches(parent, "option, optgroup")) {
      const list = dom.closest(parent, "select");
      if (list) marks.protect(list, { kind, look: "field" });
      return;
    }
    if (dom.isElement(parent) && (NEVER_TEXT.test(dom.name(parent)) || marks.around(parent))) return;
    const element = holder(node);
    marks.protect(element, { kind, look: lookOf(element), content });
  }

  const editHost = (element) => {
    const host = dom.closest(element, "[contenteditable]");
    return host && editable(host) ? host : null;
  };

  function calls(text, values) {
    if (/\d/.test(text) && numbers.card(text)) return "card";
    return mirrors.shows(text, values) ? "mirror" : null;
  }

  // A number of which each part is in an element of its own.
  function parts(node, values) {
    let at = dom.parentNode(node);
    for (let level = 0; level < 3 && dom.isElement(at) && INLINE.test(dom.name(at)); level++) {
      at = dom.parentNode(at);
      if (!dom.isElement(at) || dom.elementCount(at) > FEW) return;
      const text = dom.text(at);
      if (text.length > 120) return;
      const kind = calls(text, values);
      if (kind && !marks.around(at)) return void marks.protect(at, { kind, look: lookOf(at), content: true });
    }
  }

  return {
    FIELDS,
    isField,
    editable,
    editHost,
    password,

    /** Looks at one element that is a field or may be edited. */
    element(element) {
      if (isField(element)) input(element);
      else if (editable(element)) edit(element);
    },

    /** Looks at one text. */
    text(node, values) {
      const data = node.data;
      if (data.length < 2) return;
      const parent = dom.parentNode(node);
      const kind = data.length < 3 ? null : calls(data, values);
      // The tooltip of a drawing.
      if (kind && dom.isElement(parent) && /^(title|desc)$/.test(dom.name(parent)) && !dom.isHtml(parent)) return void (node.data = "");
      if (kind) return maskText(node, kind, true);
      if (dom.isElement(parent) && marks.known(parent)?.content) {
        const whole = calls(dom.text(parent), values);
        if (!whole) marks.release(parent);
      }
      if (numbers.part(data)) parts(node, values);
    },

    /** Protects all that a selector of the tenant names: itself, or what is in it when it holds fields or pictures. */
    selected(element) {
      const one = isField(element) || editable(element) || dom.matches(element, MEDIA) || !dom.queryIn(element, `${FIELDS}, ${MEDIA}`);
      if (one) return void marks.protect(element, { kind: "selector", look: lookOf(element) });
      const walker = dom.walk(element, dom.ALL);
      const texts = [];
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (dom.isText(node)) {
          if (node.data.trim()) texts.push(node);
        } else if (isField(node) || editable(node) || dom.matches(node, MEDIA) || dom.shadow(node)) {
          marks.protect(node, { kind: "selector", look: lookOf(node) });
        }
      }
      for (const text of texts) if (!marks.around(text)) maskText(text, "selector", false);
    },
  };
})();
