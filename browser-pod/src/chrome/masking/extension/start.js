// Starts all, and is what the pod calls in this world: `cobrowse`.

const cobrowse = (() => {
  const passive = { capture: true, passive: true };
  const active = { capture: true, passive: false };

  const targetOf = (event) => (event.target && event.target !== window && dom.isElement(event.target) ? event.target : null);
  const on = {
    look(event) {
      event.stopImmediatePropagation();
      const target = targetOf(event);
      if (target) watch.again(target);
    },
    edited(event) {
      const target = targetOf(event);
      if (target) watch.again(target);
    },
    left(event) {
      const target = targetOf(event);
      if (target) mirrors.remember(target);
      report.secrets();
      report.soon();
    },
    sent() {
      for (const element of marks.live) mirrors.remember(element);
      report.secrets();
    },
    focused: (event) => watch.guarded(() => focus.arrived(event)),
    blurred: () => watch.guarded(() => focus.tell()),
    moved: () => report.soon(),
    shown: () => watch.fields(),
    leaves: guard.leaves,
    enters: guard.enters,
    lists: guard.lists,
  };

  const LISTENERS = [
    [["cobrowse-look"], on.look],
    [["input", "change", "reset"], on.edited],
    [["focusin"], on.focused],
    [["focusout", "blur", "focus"], on.blurred],
    [["change", "focusout"], on.left],
    [["submit"], on.sent],
    [["pageshow", "load", "DOMContentLoaded"], on.shown],
    [
      ["scroll", "resize", "selectionchange", "transitionrun", "transitionend", "animationstart", "animationend", "toggle", "fullscreenchange"],
      on.moved,
    ],
    [["copy", "cut", "dragstart"], on.leaves, active],
    [["mousedown", "keydown"], on.lists, active],
    [["beforeinput", "keydown", "keypress", "paste", "drop"], on.enters, active],
  ];

  // document.open() takes the listeners of all worlds away; adding one that is there does nothing.
  function listen() {
    for (const [names, handler, how = passive] of LISTENERS) for (const name of names) dom.listen(window, name, handler, how);
  }

  let root = null;
  function afterLook({ fault }) {
    if (dom.root(document) !== root) {
      root = dom.root(document);
      listen();
    }
    if (fault) report.send("fault", { text: fault });
    // What has the focus may only now have become protected.
    if (marks.live.size > 0) {
      focus.tell();
      report.secrets();
    }
    report.soon();
  }

  listen();
  // Frames that nobody sees are never painted; the top document is, and then what was there before it is gone.
  const prove = () => (window.top === window ? afterPainting(alive) : alive());
  // What the pod does not get now, because its channel is not there yet, it gets with one of the next frames.
  const alive = (tries = 60) => {
    if (veil.lifted() && !report.send("alive", {}) && tries > 0) setTimeout(alive, 16, tries - 1);
  };
  const afterPainting = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then()));
  veil.start((reason) => report.send("fault", { text: `no sheets: ${reason}` }), prove);
  watch.start(afterLook);
  visualViewport?.addEventListener("resize", on.moved);
  visualViewport?.addEventListener("scroll", on.moved);

  return {
    acts: guard.acts,
    // An extension that is gone leaves its scripts behind, without this.
    alive: () => chrome.runtime?.id !== undefined,
    prove,
    fill: (id, text) => fill(id, text),
    focus: () => focus.state(),
    frame: (element, name) => report.frame(element, name),
  };
})();
