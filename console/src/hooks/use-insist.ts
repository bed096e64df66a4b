// Makes a call until it is answered, for what must not get lost on a bad link.

import { useCallback, useEffect, useRef } from "react";
import { backoffMs } from "../core/backoff";
import { isPassing } from "../transport/failure";

const TRIES_MAX = 20;

/** False when the server refused, or nothing helped, or the component is gone. */
export function useInsist(): (call: () => Promise<unknown>) => Promise<boolean> {
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  return useCallback(async (call) => {
    for (let attempt = 0; attempt < TRIES_MAX && here.current; attempt++) {
      try {
        await call();
        return true;
      } catch (error) {
        if (!isPassing(error)) return false;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random)));
      }
    }
    return false;
  }, []);
}
