// Where protected elements and named frames are seen: rectangles in CSS pixels of this frame's own viewport.
// Offsets between frames are composed outside, for a frame cannot know where a foreign frame around it has put it.

const view = (() => {
  const MAX_TEXT = 4_096;
  const round = (value) => Math.round(value * 4) / 4;

  function clip(a, b) {
    const x = Math.max(a.x, b.x);
    const y = Math.max(a.y, b.y);
    return { x, y, w: Math.min(a.x + a.w, b.x + b.w) - x, h: Math.min(a.y + a.h, b.y + b.h) - y };
  }

  const rectOf = (element) => {
    const { x, y, width, height } = dom.box(element);
    return { x, y, w: width, h: height };
  };

  /** What is seen of the element: within the viewport and every box around it that cuts off. Null when nothing. */
  function seen(element) {
    if (!dom.connected(element) || !dom.visible(element, { visibilityProperty: true })) return null;
    let rect = clip(rectOf(element), { x: 0, y: 0, w: window.innerWidth, h: window.innerHeight });
    let fixed = dom.computed(element).position === "fixed";
    for (let at = dom.painted(element); at && !fixed && rect.w > 0 && rect.h > 0; at = dom.painted(at)) {
      if (at === dom.body(document) || at === dom.root(document)) break;
      const style = dom.computed(at);
      if (style.overflowX !== "visible" || style.overflowY !== "visible") rect = clip(rect, rectOf(at));
      fixed = style.position === "fixed";
    }
    return rect.w >= 1 && rect.h >= 1 ? rect : null;
  }

  // Under a dialog or a menu it is not seen, and its content must not be drawn over that.
  function covered(element, rect) {
    if (dom.computed(element).pointerEvents === "none") return false;
    return [0.5, 0.1, 0.9].every((part) => {
      const hit = under(rect.x + rect.w * part, rect.y + rect.h / 2);
      return hit !== null && !within(hit, element) && !within(element, hit);
    });
  }

  function within(node, element) {
    for (let at = node; at; at = dom.painted(at)) if (at === element) return true;
    return false;
  }

  /** The innermost element at a point, through shadow roots. */
  function under(x, y) {
    let hit = dom.atPoint(document, x, y);
    for (let depth = 0; hit && depth < 64; depth++) {
      const root = dom.shadow(hit);
      const inner = root ? dom.atPointIn(root, x, y) : null;
      if (!inner || inner === hit) return hit;
      hit = inner;
    }
    return hit;
  }

  /** What a page shows of a password, as long as it does not show the password. */
  const DOT = "\u2022";

  function textOf(element, look) {
    if (look === "cover") return "";
    const tag = dom.tag(element);
    if (tag === "input" && element.type === "password") return DOT.repeat(Math.min(element.value.length, MAX_TEXT));
    if (tag === "select") return [...element.selectedOptions].map((one) => one.text).join(", ");
    if (tag === "input" || tag === "textarea") return element.value;
    return dom.text(element).replace(/\s+/g, " ").trim();
  }

  // Text in masked elements has no size of its own any more; that around it has.
  function fontOf(element, look) {
    const from = look === "field" ? element : dom.painted(element);
    return from ? Number.parseFloat(dom.computed(from).fontSize) || 0 : 0;
  }

  function selectionOf(element, look) {
    if (look !== "field" || dom.tag(element) === "select") return null;
    try {
      const { selectionStart, selectionEnd } = element;
      return selectionStart === null ? null : [selectionStart, selectionEnd];
    } catch {
      return null;
    }
  }

  return {
    under,
    /** One protected element as it is reported, or null when it is not in view. */
    field(element, info, focused) {
      const rect = seen(element);
      if (!rect || covered(element, rect)) return null;
      const box = { x: round(rect.x), y: round(rect.y), w: round(rect.w), h: round(rect.h) };
      return {
        id: info.id,
        kind: info.kind,
        look: info.look.replace("-inline", ""),
        ...box,
        text: textOf(element, info.look).slice(0, MAX_TEXT),
        font: round(fontOf(element, info.look)),
        password: dom.tag(element) === "input" && element.type === "password",
        multiline: dom.tag(element) === "textarea" || info.look === "edit",
        focused,
        selection: focused ? selectionOf(element, info.look) : null,
      };
    },
    /** Where a frame in this one is: its content's corner and scale, and what is seen of it. Null when nothing is. */
    frame(element, name) {
      const rect = seen(element);
      if (!rect || covered(element, rect)) return null;
      const outer = dom.box(element);
      const style = dom.computed(element);
      const number = (value) => Number.parseFloat(value) || 0;
      const scale = element.offsetWidth > 0 ? outer.width / element.offsetWidth : 1;
      return {
        name,
        x: round(outer.x + (number(style.borderLeftWidth) + number(style.paddingLeft)) * scale),
        y: round(outer.y + (number(style.borderTopWidth) + number(style.paddingTop)) * scale),
        scale: Math.round(scale * 1000) / 1000,
        seen: { x: round(rect.x), y: round(rect.y), w: round(rect.w), h: round(rect.h) },
      };
    },
  };
})();
