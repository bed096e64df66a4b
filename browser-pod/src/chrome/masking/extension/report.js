// Tells the pod what is protected and in view, when that changed, at most once per frame. The channel is a function that
// the pod puts into this world alone; until it is there reports wait.

const report = (() => {
  const MAX_FIELDS = 200;
  /** Frames that are looked at after a change, for movements that go on. */
  const AFTER = 6;
  const frames = new Map();
  let sequence = 0;
  let last = "";
  let lastSecrets = "[]";
  let asked = false;
  let rounds = 0;

  function send(kind, body) {
    const channel = globalThis.cobrowseReport;
    if (typeof channel !== "function") return false;
    channel(JSON.stringify({ kind, sequence: ++sequence, ...body }));
    return true;
  }

  function collect() {
    marks.prune();
    const focused = focus.element();
    const fields = [];
    for (const element of marks.live) {
      if (fields.length >= MAX_FIELDS) break;
      const field = view.field(element, marks.known(element), element === focused);
      if (field) fields.push(field);
    }
    const inside = [];
    for (const [name, reference] of frames) {
      const element = reference.deref();
      if (!element || !dom.connected(element)) frames.delete(name);
      const frame = element && dom.connected(element) ? view.frame(element, name) : null;
      if (frame) inside.push(frame);
    }
    return { fields, frames: inside, zoom: zoom() };
  }

  // Pinched pages show a part of the layout, larger. Only the top frame knows of it.
  function zoom() {
    const visual = window.visualViewport;
    if (window.top !== window || !visual || visual.scale === 1) return null;
    return { x: visual.offsetLeft, y: visual.offsetTop, scale: visual.scale };
  }

  function round() {
    asked = false;
    const body = collect();
    const text = JSON.stringify(body);
    if (text !== last && (last || body.fields.length || body.frames.length)) {
      if (send("fields", body)) last = text;
      rounds = AFTER;
    }
    if (rounds-- > 0) ask();
  }

  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => watch.guarded(round));
  }

  return {
    send,
    /** Tells what is protected, at once: before the page can say it in a title or a question. */
    secrets() {
      const values = mirrors.secrets();
      const text = JSON.stringify(values);
      if (text !== lastSecrets && send("secrets", { values })) lastSecrets = text;
    },
    /** Something may have changed: look at it before the next picture. */
    soon() {
      if (marks.live.size === 0 && frames.size === 0 && !last) return;
      rounds = AFTER;
      ask();
    },
    /** Gives a frame in this document the name under which the pod knows it. */
    frame(element, name) {
      frames.set(String(name).slice(0, 128), new WeakRef(element));
      this.soon();
    },
    /** The name of a frame in this document, or null. */
    nameOf(element) {
      for (const [name, reference] of frames) if (reference.deref() === element) return name;
      return null;
    },
  };
})();
