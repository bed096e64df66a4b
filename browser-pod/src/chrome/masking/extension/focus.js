// Whether the keys would go to a protected element. Told at once, within the event that moves the focus.

const focus = (() => {
  let told = null;

  /** The innermost focused element, through shadow roots. */
  function element() {
    let at = dom.active(document);
    for (let depth = 0; at && depth < 64; depth++) {
      const root = dom.shadow(at);
      const inner = root ? dom.activeIn(root) : null;
      if (!inner) return at;
      at = inner;
    }
    return at;
  }

  const inFrame = (at) => at !== null && /^(iframe|frame|object|embed|fencedframe)$/.test(dom.tag(at));

  function state() {
    const at = element();
    const holder = at ? marks.around(at) : null;
    return {
      // False too when the focus is in another frame of the page.
      focused: dom.hasFocus(document) && !inFrame(at),
      protected: holder !== null && !inFrame(at),
      id: holder ? marks.known(holder).id : null,
      frame: inFrame(at) ? report.nameOf(at) : null,
    };
  }

  return {
    element,
    state,
    /** Tells the pod, when it is new. */
    tell() {
      const now = state();
      const text = JSON.stringify(now);
      if (text === told) return;
      if (report.send("focus", now)) told = text;
    },
    /** The element that gets the focus is looked at first: its value may have been set in a way that leaves no record. */
    arrived(event) {
      const at = element() ?? event.target;
      if (at) watch.again(at);
      focus.tell();
    },
  };
})();
