// Opens a phone's keyboard when the page waits for text, and closes it when it does not. The hidden field keeps the focus all
// the while, for keyboards that are there in fact; `inputmode="none"` keeps the keyboard of glass away.

import { useCallback, useEffect, type RefObject } from "react";
import type { EditFocus } from "../gen/cobrowse/v1/stream_pb";
import { isTouch } from "../render/touch";

const MODES = ["text", "numeric", "decimal", "tel", "email", "url", "search"] as const;
export type InputMode = (typeof MODES)[number] | "none";

export function inputModeOf(focus: EditFocus | undefined, mayAct: boolean): InputMode {
  if (isTouch() && !(focus?.editable && mayAct)) return "none";
  return MODES.find((mode) => mode === focus?.inputMode) ?? "text";
}

/** Returns what the keyboard button does: some phones open the keyboard only right after a tap. */
export function usePhoneKeyboard(field: RefObject<HTMLTextAreaElement | null>, mode: InputMode): () => void {
  const again = useCallback(() => {
    field.current?.blur();
    field.current?.focus({ preventScroll: true });
  }, [field]);
  useEffect(() => {
    // A change of the mode counts from the next focus on.
    if (isTouch() && (mode !== "none" || document.activeElement === field.current)) again();
  }, [mode, field, again]);
  return again;
}
