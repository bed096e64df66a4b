// Whether an element has a focus that came by the keyboard. Browsers show a ring on text fields however the focus came; on the
// stage it would only be in the way of those who use a mouse or a finger.

import { useEffect, useState, type RefObject } from "react";

/** What was used last on this page. Asked from the beginning: the press that brings an element may be the one that counts. */
let keys = false;
if (typeof window !== "undefined") {
  window.addEventListener("keydown", () => (keys = true), { capture: true });
  window.addEventListener("pointerdown", () => (keys = false), { capture: true });
}

/** Whether the last thing done on this page was done by the keyboard. */
export const lastByKeyboard = () => keys;

export function useByKeyboard(element: RefObject<HTMLElement | null>): boolean {
  const [byKeyboard, setByKeyboard] = useState(false);
  useEffect(() => {
    const node = element.current;
    if (!node) return;
    const abort = new AbortController();
    const { signal } = abort;
    window.addEventListener("pointerdown", () => setByKeyboard(false), { capture: true, signal });
    node.addEventListener("focus", () => setByKeyboard(keys), { signal });
    node.addEventListener("blur", () => setByKeyboard(false), { signal });
    return () => abort.abort();
  }, [element]);
  return byKeyboard;
}
