// Nothing of a document is painted before its sheets of user origin are there, nor ever when they cannot be had or the
// extension fails: important declarations on the root element, put on again in the microtask in which they are taken off.

const veil = (() => {
  const LOOK = { opacity: "0", "clip-path": "inset(100%)", "transition-property": "none", "animation-name": "none", "view-transition-name": "none" };
  /** Ten seconds: a service worker takes long to start on a machine with much to do. */
  const TRIES = 200;
  const GAP_MS = 50;
  const before = new Map();
  const observer = new MutationObserver(hold);
  let root = null;
  let lifted = false;
  let forever = false;
  let shown = () => {};

  function hold() {
    if (lifted) return;
    const now = dom.root(document);
    const style = now ? dom.style(now) : null;
    if (now !== root) {
      root = now;
      observer.disconnect();
      observer.observe(document, { childList: true });
      if (root) observer.observe(root, { attributes: true, attributeFilter: ["style"] });
    }
    if (!style) return;
    for (const [name, value] of Object.entries(LOOK)) {
      if (style.getPropertyPriority(name) === "important" && style.getPropertyValue(name) === value) continue;
      before.set(name, [style.getPropertyValue(name), style.getPropertyPriority(name)]);
      style.setProperty(name, value, "important");
    }
  }

  function lift() {
    if (forever || lifted) return;
    lifted = true;
    observer.disconnect();
    const style = root ? dom.style(root) : null;
    if (!style) return void shown();
    const restore = (name) => style.setProperty(name, ...(before.get(name) ?? [""]));
    ["opacity", "clip-path", "view-transition-name"].forEach(restore);
    // Settled before the page's own transitions count again, or they would run on this.
    void dom.computed(root).opacity;
    ["transition-property", "animation-name"].forEach(restore);
    if (style.length === 0) dom.removeAttribute(root, "style");
    shown();
  }

  function ask(tries, failed) {
    chrome.runtime.sendMessage("sheets", (answer) => {
      const error = chrome.runtime.lastError?.message ?? answer;
      if (error === true) return void lift();
      if (tries > 0) setTimeout(ask, GAP_MS, tries - 1, failed);
      else failed(String(error));
    });
  }

  return {
    /** Covers the document and asks for its sheets; `failed` is told when they cannot be had, `lifted` when they are in. */
    start(failed, lifted) {
      shown = lifted;
      hold();
      ask(TRIES, failed);
    },
    /** Whether the document is shown. */
    lifted: () => lifted,
    /** Covers the document for good. */
    drop() {
      forever = true;
      lifted = false;
      root = null;
      hold();
    },
  };
})();
