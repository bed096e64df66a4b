// Puts the end user's text into a protected field, with the events that a page waits for. Setters and events of this world
// are the browser's own; a page cannot stand in between.

const fill = (() => {
  function put(element, text) {
    const tag = dom.tag(element);
    if (tag !== "input" && tag !== "textarea") return edit(element, text);
    if (element.disabled || element.readOnly) return false;
    element.focus();
    element.value = element.maxLength >= 0 ? text.slice(0, element.maxLength) : text;
    return true;
  }

  function edit(element, text) {
    if (!element.isContentEditable) return false;
    element.focus();
    element.textContent = text;
    return true;
  }

  return (id, text) => {
    const element = [...marks.live].find((one) => marks.known(one)?.id === id && dom.connected(one));
    if (!element || !put(element, text)) return false;
    const bubbles = { bubbles: true, composed: true };
    element.dispatchEvent(new InputEvent("input", { ...bubbles, inputType: "insertReplacementText" }));
    element.dispatchEvent(new Event("change", bubbles));
    return true;
  };
})();
