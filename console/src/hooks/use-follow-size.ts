// The page in the cloud follows the end user's window.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Size } from "../core/viewport";
import type { LiveHandle } from "./use-live";
import { windowViewport } from "./window-viewport";

const SETTLE_MS = 300;

export function useFollowSize(live: LiveHandle | undefined): (stage: Size) => void {
  const [stage, setStage] = useState<Size>();
  const asked = useRef("");
  const open = live?.link.phase === "open";
  const controller = live?.controller;
  const told = live?.live.viewport;
  useEffect(() => {
    if (!stage || !open || !controller || !told) return;
    const wanted = windowViewport(stage);
    const word = `${wanted.width}x${wanted.height}@${wanted.scalePercent}`;
    if (word === asked.current || (wanted.width === told.width && wanted.height === told.height && wanted.scalePercent === told.scalePercent)) return;
    const timer = setTimeout(() => {
      asked.current = word;
      void controller.command({ case: "resize", value: { viewport: wanted } });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [stage, open, controller, told]);
  return useCallback((next: Size) => setStage(next), []);
}
