// News of people who come and go, each for a few seconds.

import { useEffect, useRef, useState } from "react";
import { arrivals, told, type Arrival } from "../core/arrivals";
import type { LiveState } from "../core/live";
import type { Participant } from "../gen/cobrowse/v1/participant_pb";

const SHOWN_MS = 8_000;
const NEWS_MAX = 3;

export interface News extends Arrival {
  key: number;
}

export function useArrivals({ participants, selfId }: LiveState): News[] {
  const before = useRef<readonly Participant[]>([]);
  const count = useRef(0);
  const [news, setNews] = useState<News[]>([]);
  useEffect(() => {
    const fresh = arrivals(before.current, participants, selfId).map((one) => ({ ...one, key: ++count.current }));
    before.current = participants;
    if (fresh.length === 0) return;
    setNews((old) => told(old, fresh, NEWS_MAX));
    setTimeout(() => setNews((old) => old.filter(({ key }) => !fresh.some((one) => one.key === key))), SHOWN_MS);
  }, [participants, selfId]);
  return news;
}
