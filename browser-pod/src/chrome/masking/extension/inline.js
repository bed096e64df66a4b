// Masks inside shadow roots, where rules of user origin do not reach: important declarations in the style attribute, which
// win over every sheet of that root, and a sheet in the root for the pseudo-elements. What still wins over them
// (:host and ::slotted rules of an inner root) is found by looking at the result; then the whole host is covered.

const inline = (() => {
  const HIDDEN_TEXT = {
    "-webkit-text-security": "disc",
    color: "transparent",
    "-webkit-text-fill-color": "transparent",
    "-webkit-text-stroke": "0px transparent",
    "caret-color": "transparent",
    "text-shadow": "none",
    "text-decoration": "none",
    transition: "none",
    animation: "none",
  };
  const PATTERN = "rgb(230, 233, 239) radial-gradient(circle closest-side, rgb(89, 97, 111) 70%, transparent 85%) 4px 50% / 9px 6px repeat-x padding-box";
  const NO_SIZE = { "font-size": "0px", "line-height": "0px", "letter-spacing": "0px", "word-spacing": "0px", fill: "transparent", stroke: "transparent" };
  const BOX = {
    "box-sizing": "border-box",
    "inline-size": "160px",
    "min-inline-size": "0px",
    "max-inline-size": "160px",
    "block-size": "20px",
    "min-block-size": "20px",
    "max-block-size": "20px",
    padding: "0px",
    flex: "0 0 auto",
    overflow: "hidden",
    "white-space": "nowrap",
    "user-select": "none",
    "vertical-align": "middle",
    background: PATTERN,
  };
  // Nothing inside the border is painted: a style attribute cannot say how a selection looks.
  const MASK = "linear-gradient(rgb(0, 0, 0) 0px, rgb(0, 0, 0) 0px) padding-box exclude, linear-gradient(rgb(0, 0, 0) 0px, rgb(0, 0, 0) 0px) no-clip";
  const FIELD = { appearance: "none", "field-sizing": "fixed", mask: MASK, "box-shadow": "rgb(89, 97, 111) 0px 0px 0px 2px" };
  const GONE = { opacity: "0", transition: "none", animation: "none", "view-transition-name": "none" };
  const EDIT = { contain: "size", "contain-intrinsic-size": "160px 24px", "min-height": "24px", overflow: "hidden" };
  const LOOKS = {
    field: { ...HIDDEN_TEXT, ...FIELD, background: PATTERN },
    lines: { ...HIDDEN_TEXT, ...FIELD, overflow: "hidden", background: PATTERN },
    edit: { ...HIDDEN_TEXT, ...NO_SIZE, ...EDIT, background: PATTERN },
    text: { ...HIDDEN_TEXT, ...NO_SIZE, ...BOX },
    "text-inline": { ...HIDDEN_TEXT, ...NO_SIZE, ...BOX, display: "inline-block" },
    cover: GONE,
    inside: { display: "none" },
    "inside-edit": { ...HIDDEN_TEXT, ...NO_SIZE, padding: "0px", margin: "0px", border: "0px", background: "none" },
  };
  // What must be true of the result, or the look was beaten.
  const PROOFS = {
    field: { "-webkit-text-fill-color": "rgba(0, 0, 0, 0)", "-webkit-text-security": "disc" },
    edit: { "-webkit-text-fill-color": "rgba(0, 0, 0, 0)", "font-size": "0px" },
    text: { "-webkit-text-fill-color": "rgba(0, 0, 0, 0)", "font-size": "0px" },
    lines: { "-webkit-text-fill-color": "rgba(0, 0, 0, 0)", "-webkit-text-security": "disc" },
    "text-inline": { "-webkit-text-fill-color": "rgba(0, 0, 0, 0)", "font-size": "0px" },
    cover: { opacity: "0" },
    inside: { display: "none" },
    "inside-edit": { "font-size": "0px" },
  };

  const M = "[cobrowse-mask]".repeat(8);
  const SHEET = `
    ${M}::placeholder { color: transparent !important; -webkit-text-fill-color: transparent !important; opacity: 0 !important; transition: none !important; }
    ${M}::selection, ${M} *::selection { color: transparent !important; background: transparent !important; -webkit-text-fill-color: transparent !important; }
    ${M}:not([cobrowse-mask="field"])::first-line, ${M}:not([cobrowse-mask="field"])::first-letter { font-size: 0 !important; }
    ${M}::first-line, ${M}::first-letter { color: transparent !important; -webkit-text-fill-color: transparent !important; }
    ${M}::before, ${M}::after { content: none !important; }`;
  let sheet = null;

  const exact = (element, look) => (look === "field" && dom.tag(element) === "textarea" ? "lines" : look);

  function holds(style, look) {
    for (const [name, value] of Object.entries(LOOKS[look])) {
      if (style.getPropertyPriority(name) !== "important") return false;
      const now = style.getPropertyValue(name);
      if (now !== value && now !== accepted(name, value)) return false;
    }
    return true;
  }
  // How Chrome writes a value of ours back.
  const writings = new Map();
  function accepted(name, value) {
    const key = `${name}:${value}`;
    if (!writings.has(key)) {
      const probe = dom.style(dom.create("p"));
      probe.setProperty(name, value);
      writings.set(key, probe.getPropertyValue(name));
    }
    return writings.get(key);
  }

  return {
    /** Gives the root the sheet for pseudo-elements. */
    dress(root) {
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(SHEET);
      }
      if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    },
    /** Puts the look on the element, again if the page changed it. */
    enforce(element, mark) {
      const look = exact(element, mark);
      const style = dom.style(element);
      if (!style || holds(style, look)) return;
      for (const [name, value] of Object.entries(LOOKS[look])) style.setProperty(name, value, "important");
    },
    /** Takes the look away. */
    release(element, mark) {
      const look = exact(element, mark);
      const style = dom.style(element);
      for (const name of Object.keys(LOOKS[look])) style?.removeProperty(name);
    },
    /** Whether the look was beaten by rules that win over it. */
    beaten(element, mark) {
      const look = exact(element, mark);
      const result = dom.computed(element);
      if (result.display === "none") return false;
      return Object.entries(PROOFS[look]).some(([name, value]) => result.getPropertyValue(name) !== value);
    },
  };
})();
