// The hands on the picture: pointers on its area, keys in its hidden field.

import { useEffect, useRef, type RefObject } from "react";
import type { LiveController } from "./live-controller";
import type { StageContext } from "./stage-context";
import { StageKeys } from "./stage-keys";
import { StagePointer } from "./stage-pointer";

/** The keys, once they listen. Both look into the context at each event, since it changes with every picture. */
export function useHands(
  area: RefObject<HTMLElement | null>, field: RefObject<HTMLTextAreaElement | null>, context: RefObject<StageContext>, controller: LiveController,
): RefObject<StageKeys | undefined> {
  const hands = useRef<StageKeys>(undefined);
  useEffect(() => {
    if (!area.current || !field.current) return;
    const abort = new AbortController();
    const look = () => context.current;
    const keys = new StageKeys(field.current, look);
    keys.listen(abort.signal);
    hands.current = keys;
    const text = field.current;
    new StagePointer(area.current, look, () => {
      keys.finish();
      text.focus({ preventScroll: true });
    }).listen(abort.signal);
    return () => abort.abort();
  }, [area, field, context, controller]);
  return hands;
}
