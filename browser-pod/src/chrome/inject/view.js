// Runs in a world of its own in every document: tells where text goes, which list or calendar a finger wants, and where a menu
// was asked for, for the viewer's own keyboard, picker and menu. The line before this one says whether the end user's device is used by touch.

const cobrowseView = (() => {
  "use strict";
  const MAX_OPTIONS = 1_000;
  const MAX_LABEL = 200;
  const MAX_LINK = 2_048;
  const TEXT = /^(text|search|url|tel|email|password|number)$/;
  const KINDS = { date: "date", time: "time", color: "color", "datetime-local": "datetime", month: "month", week: "week" };
  const open = new Map();
  let last = "";
  let next = 1;

  const tell = (message) => globalThis.cobrowseViewTell?.(JSON.stringify(message));
  const cut = (text) => String(text ?? "").slice(0, MAX_LABEL);
  const rectOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, w: width, h: height };
  };

  // Through open shadow roots only: what is in a closed one is rare, and its host is told.
  function focused() {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
  }

  function editable(element) {
    if (!(element instanceof HTMLElement)) return false;
    if (element instanceof HTMLInputElement) return TEXT.test(element.type) && !element.readOnly && !element.disabled;
    if (element instanceof HTMLTextAreaElement) return !element.readOnly && !element.disabled;
    return element.isContentEditable;
  }

  // The keyboard that the page asks for; some types of input ask without saying so.
  function modeOf(element) {
    const byType = { number: "decimal", tel: "tel", email: "email", url: "url", search: "search" };
    return cut(element.inputMode || byType[element.type] || "");
  }

  function focus() {
    const at = focused();
    const on = document.hasFocus() && editable(at);
    const message = { kind: "focus", editable: on, mode: on ? modeOf(at) : "", rect: on ? rectOf(at) : null };
    const text = JSON.stringify(message);
    if (text === last) return;
    last = text;
    tell(message);
  }

  function options(select) {
    return [...select.options].slice(0, MAX_OPTIONS).map((one) => ({
      value: one.value.slice(0, 4_096),
      label: cut(one.label || one.text),
      selected: one.selected,
      disabled: one.disabled || (one.parentElement instanceof HTMLOptGroupElement && one.parentElement.disabled),
      group: one.parentElement instanceof HTMLOptGroupElement ? cut(one.parentElement.label) : "",
    }));
  }

  function pick(event) {
    if (!event.isTrusted) return;
    const element = event.composedPath()[0];
    const inSelect = element instanceof HTMLOptionElement ? element.closest("select") : element;
    const isSelect = inSelect instanceof HTMLSelectElement && inSelect.size <= 1;
    const kind = isSelect ? "select" : element instanceof HTMLInputElement ? KINDS[element.type] : undefined;
    const field = isSelect ? inSelect : element;
    if (!kind || field.disabled || field.readOnly) return;
    // The list of a masked field would show what the mask hides; its texts are for the end user, in the own picker.
    if (!COBROWSE_TOUCH && !(isSelect && !field.multiple && field.hasAttribute("cobrowse-mask"))) return;
    // The browser's own would open in the picture.
    event.preventDefault();
    field.focus();
    if (event.type !== "click") return;
    const id = next++;
    open.clear();
    open.set(id, new WeakRef(field));
    tell({
      kind: "picker",
      id,
      picker: kind,
      rect: rectOf(field),
      options: isSelect ? options(field) : [],
      value: cut(field.value),
      multiple: isSelect && field.multiple,
      min: cut(field.min),
      max: cut(field.max),
    });
  }

  function choose(id, values) {
    const field = open.get(id)?.deref();
    open.delete(id);
    if (!field?.isConnected || field.disabled) return false;
    if (field instanceof HTMLSelectElement) {
      const known = [...field.options];
      if (values.some((value) => !known.some((one) => one.value === value && !one.disabled))) return false;
      if (field.multiple) for (const one of known) one.selected = values.includes(one.value);
      else if (values.length === 1) field.value = values[0];
    } else {
      field.value = values[0] ?? "";
      if (values[0] && field.value !== values[0]) return false;
    }
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
    return true;
  }

  // What an anchor of HTML or SVG leads to, as an address of the web.
  function linkOf(path) {
    const anchor = path.find((one) => one instanceof Element && one.matches("a, area") && (one.href?.baseVal ?? one.href));
    const href = anchor?.href.baseVal === undefined ? anchor?.href : URL.parse(anchor.href.baseVal, document.baseURI)?.href;
    return /^https?:/.test(href ?? "") && href.length <= MAX_LINK ? href : "";
  }

  function selected(field) {
    if (editable(field) && "selectionStart" in field && field.selectionStart !== null) return field.selectionStart !== field.selectionEnd;
    return document.getSelection()?.isCollapsed === false;
  }

  // The page may still say that it has a menu of its own; once the event has gone all its way that is known. What is on that
  // way is not known any more by then.
  function menu(event) {
    if (!event.isTrusted) return;
    const path = event.composedPath();
    const field = path.find(editable);
    const hidden = path.some((one) => one instanceof Element && (one.hasAttribute("cobrowse-mask") || one.type === "password"));
    const at = window === window.top ? { x: event.clientX, y: event.clientY } : null;
    const link = linkOf(path);
    setTimeout(() => {
      if (event.defaultPrevented) return;
      tell({ kind: "menu", at, link, selected: selected(field), editable: field !== undefined, protected: hidden });
    });
  }

  const passive = { capture: true, passive: true };
  for (const name of ["focusin", "focusout", "focus", "blur", "resize"]) {
    // After the event, when the focus has settled.
    window.addEventListener(name, () => queueMicrotask(focus), passive);
  }
  for (const name of ["mousedown", "click"]) window.addEventListener(name, pick, { capture: true });
  window.addEventListener("contextmenu", menu, passive);
  return { choose };
})();
