// Seconds left of a span that began when it was first seen.

import { useEffect, useState } from "react";
import { secondsLeft } from "../core/countdown";
import { useNow } from "./use-now";

export function useCountdown(spanMs: number | undefined): number | undefined {
  const [until, setUntil] = useState(() => (spanMs === undefined ? undefined : Date.now() + spanMs));
  useEffect(() => setUntil(spanMs === undefined ? undefined : Date.now() + spanMs), [spanMs]);
  const now = useNow(250, until !== undefined);
  return until === undefined ? undefined : secondsLeft(until, now);
}
