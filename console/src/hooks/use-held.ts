// What the end user is told of an administrator's pause, until it is put away; of its end for a few seconds.

import { useEffect, useRef, useState } from "react";
import { blindOf, toldOfHold, type Blind, type ToldOfHold } from "../core/held";
import type { LiveState } from "../core/live";

const SHOWN_MS = 8_000;

export function useHeld(live: LiveState): [ToldOfHold, () => void] {
  const before = useRef<Blind>({ held: false, stopped: false });
  const [told, setTold] = useState<ToldOfHold>();
  const { held, stopped } = blindOf(live);
  useEffect(() => {
    const [was, now] = [before.current, { held, stopped }];
    before.current = now;
    setTold((old) => toldOfHold(was, now, old));
  }, [held, stopped]);
  useEffect(() => {
    if (told !== "lifted") return;
    const timer = setTimeout(() => setTold(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return [told, () => setTold(undefined)];
}
