// Which elements are protected, and the mark that makes mask.css paint them masked. A mark is put on in the microtask of
// the change that calls for it, so before anything is painted, and put on again in the microtask in which it is taken off.

const marks = (() => {
  const MARK = "cobrowse-mask";
  /** Elements that were ever protected. A mark on an element that is taken out and put back holds. */
  const known = new WeakMap();
  /** Those of them that may be in the document. */
  const live = new Set();
  let next = 1;
  /** Bounds the memory of a page that makes protected elements without end. */
  const MANY = 20_000;

  function inShadow(element) {
    return dom.isShadow(dom.rootOf(element));
  }

  function topHost(element) {
    let node = element;
    for (let root = dom.rootOf(node); dom.isShadow(root); root = dom.rootOf(node)) node = root.host;
    return node;
  }

  function paint(element, info) {
    if (dom.attribute(element, MARK) !== info.look) dom.setAttribute(element, MARK, info.look);
    if (info.look === "field" || info.look === "edit") quiet(element);
    if (!inShadow(element)) return;
    inline.enforce(element, info.look);
    if (info.look.startsWith("text") || info.look === "edit") inner(element, info.look);
    if (inline.beaten(element, info.look)) marks.protect(topHost(element), { kind: info.kind, look: "cover" });
  }

  // The style attribute of an element does not reach what is in it.
  function inner(element, look) {
    const walker = dom.walk(element, dom.ELEMENTS);
    while (walker.nextNode()) inline.enforce(walker.currentNode, look === "edit" ? "inside-edit" : "inside");
  }

  // What Chrome shows of a field outside its box: tooltips, lists of proposals, marks of a spelling checker.
  function quiet(element) {
    if (dom.attribute(element, "title") !== "") dom.setAttribute(element, "title", "");
    if (dom.hasAttribute(element, "list")) dom.removeAttribute(element, "list");
    if (dom.attribute(element, "spellcheck") !== "false") dom.setAttribute(element, "spellcheck", "false");
    if (dom.hasAttribute(element, "placeholder") && inShadow(element)) dom.removeAttribute(element, "placeholder");
  }

  return {
    MARK,
    known: (element) => known.get(element),
    live,

    /** Protects an element. `content`: only as long as its content calls for it. */
    protect(element, { kind, look, content = false }) {
      const old = known.get(element);
      if (old) {
        old.content &&= content;
        // A stronger look and the better-known kind win.
        if (look === "cover" && old.look !== "cover") old.look = "cover";
        if (kind === "password") old.kind = kind;
      }
      const info = old ?? { id: `f${next++}`, kind, look, content };
      if (!old) known.set(element, info);
      if (!live.has(element) && live.size < MANY) live.add(element);
      paint(element, info);
      return info;
    },

    /** Ends a protection that its content called for. */
    release(element) {
      const info = known.get(element);
      if (!info?.content) return;
      known.delete(element);
      live.delete(element);
      dom.removeAttribute(element, MARK);
      if (inShadow(element)) inline.release(element, info.look);
    },

    /** Paints a known element masked again if the page undid it. */
    hold(element) {
      const info = known.get(element);
      if (!info) return false;
      live.add(element);
      paint(element, info);
      return true;
    },

    /** Protects an element that came with a mark: a copy of a protected one, or one of another frame. */
    adopt(element) {
      const look = dom.attribute(element, MARK);
      if (/^(field|edit|text|text-inline|cover)$/.test(look ?? "")) this.protect(element, { kind: "copy", look });
    },

    /** Forgets elements that left the document; they are known again when they come back. */
    prune() {
      for (const element of live) if (!dom.connected(element)) live.delete(element);
    },

    /** The protected element that holds this node, or null. */
    around(node) {
      for (let at = node; at; at = dom.painted(at)) if (dom.isElement(at) && known.has(at)) return at;
      return null;
    },
  };
})();
