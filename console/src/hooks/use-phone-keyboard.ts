// Opens a phone's keyboard when the page waits for text, and closes it when it does not.

import { useCallback, useEffect, type RefObject } from "react";
import type { EditFocus } from "../gen/cobrowse/v1/stream_pb";

export function usePhoneKeyboard(field: RefObject<HTMLTextAreaElement | null>, focus: EditFocus | undefined, mayAct: boolean): () => void {
  const editable = focus?.editable === true && mayAct;
  useEffect(() => {
    const node = field.current;
    if (!node || !matchMedia("(pointer: coarse)").matches) return;
    // Some phones open the keyboard only right after a tap; for them the button stands in.
    if (editable) node.focus({ preventScroll: true });
    else node.blur();
  }, [editable, field]);
  return useCallback(() => {
    field.current?.blur();
    field.current?.focus({ preventScroll: true });
  }, [field]);
}
