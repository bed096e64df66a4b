// Sees every change of the document and of each shadow root in it, closed ones too, before it is painted.

const watch = (() => {
  const ATTRIBUTES = [
    "type", "autocomplete", "name", "id", "placeholder", "pattern", "inputmode", "maxlength", "aria-label", "aria-labelledby",
    "contenteditable", "value", "title", "alt", "aria-description", "aria-valuetext", "list", "spellcheck", "for", "label", "cobrowse-mask",
  ];
  const COMMON = { subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true };
  const roots = new Set();
  const seen = new WeakSet();
  const selected = TENANT_SELECTORS.join(",\n");
  const observer = new MutationObserver((records) => guarded(() => changed(records)));
  let onChange = () => {};

  function observe(root) {
    seen.add(root);
    roots.add(root);
    const shadow = dom.isShadow(root);
    if (shadow) inline.dress(root);
    // Styles count where masks are written as styles; with selectors of the tenant any attribute may.
    const filter = selected ? {} : { attributeFilter: shadow ? [...ATTRIBUTES, "style", "class"] : ATTRIBUTES };
    observer.observe(root, { ...COMMON, ...filter });
  }

  // An error in here must not show what should be masked.
  function guarded(action) {
    try {
      action();
    } catch (error) {
      veil.drop();
      onChange({ fault: String(error?.stack ?? error).slice(0, 500) });
    }
  }

  function host(element) {
    const root = dom.shadow(element);
    if (!root) return;
    if (!seen.has(root)) observe(root);
    roots.add(root);
    // Seen or not: what changed while its host was out of the document was not looked at.
    scan(root);
  }

  function scan(node, values = mirrors.values()) {
    if (dom.isElement(node)) look(node);
    else if (dom.isText(node)) return void classify.text(node, values);
    const walker = dom.walk(node, dom.ALL);
    // Collected first, for masking a text may put an element around it.
    const texts = [];
    while (walker.nextNode()) {
      if (dom.isElement(walker.currentNode)) look(walker.currentNode);
      else if (walker.currentNode.data.length > 1) texts.push(walker.currentNode);
    }
    for (const text of texts) classify.text(text, values);
    words.below(node, values);
  }

  function look(element) {
    marks.hold(element) || marks.adopt(element);
    classify.element(element);
    host(element);
  }

  function select() {
    if (!selected) return;
    for (const root of roots) for (const element of dom.query(root, selected)) classify.selected(element);
  }

  function attribute({ target, attributeName, oldValue }, values) {
    if (attributeName === "type" && oldValue?.toLowerCase() === "password" && dom.tag(target) === "input") classify.password(target);
    classify.element(target);
    words.look(target, values);
    marks.hold(target);
    const label = dom.closest(target, "label");
    if (label?.control) classify.element(label.control);
  }

  function changed(records) {
    const values = mirrors.values();
    const added = new Set();
    const touched = new Set();
    for (const record of records) {
      if (record.type === "childList") for (const node of record.addedNodes) added.add(node);
      if (record.type === "childList" || record.type === "characterData") touched.add(record.target);
    }
    for (const node of added) if (dom.connected(node) && !added.has(dom.parentNode(node))) scan(node, values);
    for (const record of records) if (record.type === "attributes" && dom.connected(record.target)) attribute(record, values);
    for (const node of touched) if (dom.connected(node)) content(node, values);
    select();
    openHosts();
    onChange({});
  }

  function content(node, values) {
    if (dom.isText(node)) classify.text(node, values);
    const element = dom.isElement(node) ? node : dom.parentNode(node);
    if (!dom.isElement(element)) return;
    const field = classify.editHost(element) ?? dom.closest(element, "textarea, select");
    if (field) classify.element(field);
    const label = dom.closest(element, "label");
    if (label?.control) classify.element(label.control);
    marks.hold(element);
    const around = marks.around(element);
    if (around && around !== element) marks.hold(around);
  }

  // While the parser works, a shadow root may come with no change of the light tree: only in the elements still open.
  function openHosts() {
    let element = dom.root(document);
    for (let depth = 0; element && depth < 512; depth++) {
      const root = dom.shadow(element);
      if (root && !seen.has(root)) host(element);
      element = (root ? dom.lastElementOfRoot(root) : null) ?? dom.lastElement(element);
    }
  }

  function eachFrameWhileLoading() {
    if (dom.ready(document) !== "loading") return;
    guarded(openHosts);
    requestAnimationFrame(eachFrameWhileLoading);
  }

  return {
    guarded,
    roots,
    /** Starts watching; `callback` is told after each look. */
    start(callback) {
      onChange = callback;
      observe(document);
      guarded(() => {
        scan(document);
        select();
      });
      requestAnimationFrame(eachFrameWhileLoading);
    },
    /** Looks at one element again: its value or its shadow root changed without a record. */
    again(element) {
      guarded(() => {
        look(element);
        const root = dom.shadow(element);
        if (root) for (const field of dom.query(root, classify.FIELDS)) look(field);
      });
      onChange({});
    },
    /** Looks at all fields again: Chrome restores values of forms with no word to anybody. */
    fields() {
      guarded(() => {
        for (const root of roots) {
          if (!dom.connected(root)) roots.delete(root);
          else for (const field of dom.query(root, classify.FIELDS)) look(field);
        }
        openHosts();
      });
      onChange({});
    },
  };
})();
