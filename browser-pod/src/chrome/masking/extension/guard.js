// Keeps an agent from carrying protected content out of the page or into it. The pod says who acts before it passes input
// on. It holds keys back itself; this stands behind it, in the page, where nothing can come between.

const guard = (() => {
  let actor = null;

  const ranges = () => {
    const selection = dom.selection(document);
    if (!selection || selection.rangeCount === 0) return [];
    return selection.getComposedRanges({ shadowRoots: [...watch.roots].filter(dom.isShadow) });
  };

  // A static range cannot be asked; a live one from it can, and lives only here.
  function touches(range, element) {
    try {
      const live = new Range();
      live.setStart(range.startContainer, range.startOffset);
      live.setEnd(range.endContainer, range.endOffset);
      return live.intersectsNode(element);
    } catch {
      return true;
    }
  }

  function selected() {
    if (focus.state().protected) return true;
    const all = ranges().filter((range) => !range.collapsed);
    if (all.length === 0) return false;
    for (const element of marks.live) if (all.some((range) => touches(range, element))) return true;
    return false;
  }

  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  const OPENS = /^( |Enter|F4)$/;
  const opens = ({ key, altKey }) => OPENS.test(key) || (altKey && /^Arrow(Up|Down)$/.test(key));

  return {
    /** The list of a protected select: Chrome paints it outside of the page, out of reach of any sheet. It does not open; the pod
        has the end user choose elsewhere. */
    lists(event) {
      if (!event.isTrusted) return;
      const key = event.type === "keydown";
      const at = key ? focus.element() : view.under(event.clientX, event.clientY);
      const list = at ? marks.around(at) : null;
      const folded = list && dom.tag(list) === "select" && !list.multiple && list.size <= 1;
      if (folded && (!key || opens(event))) event.preventDefault();
    },
    /** Who acts from now on: "agent", or "end_user", who may take out what is his own. */
    acts(who) {
      actor = who === "end_user" ? who : "agent";
    },
    /** Copying and cutting: refused until the pod said that the end user acts. Dragging: always, nobody needs it. */
    leaves(event) {
      if (!event.isTrusted || (actor === "end_user" && event.type !== "dragstart")) return;
      if (selected() || (event.target && marks.around(event.target))) stop(event);
    },
    /** Typing and pasting: refused from when the pod said that an agent acts. Dropping: always. */
    enters(event) {
      if (!event.isTrusted || (actor !== "agent" && event.type !== "drop")) return;
      const target = event.target && dom.isElement(event.target) ? marks.around(event.target) : null;
      if (target || focus.state().protected) stop(event);
    },
  };
})();
