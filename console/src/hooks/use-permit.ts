// What the switches of one person show and do: what was asked for shows at once, until it is told, refused, or not heard of.

import { useCallback, useEffect, useState } from "react";
import { NOTHING, same, type Allowed } from "../core/permissions";
import type { Participant } from "../gen/cobrowse/v1/participant_pb";
import type { LiveHandle } from "./use-live";

/** The event and the result of a command come by ways of their own; the event is waited for this long after the result. */
const TOLD_WITHIN_MS = 2_000;

export function usePermit(live: LiveHandle, person: Participant): [Allowed, (next: Allowed) => void] {
  const { controller } = live;
  const { view, point, act, clipboard } = person.permissions ?? NOTHING;
  const told = { view, point, act, clipboard };
  const [asked, setAsked] = useState<Allowed>();
  const reached = asked !== undefined && same(asked, told);
  useEffect(() => {
    if (reached) setAsked(undefined);
  }, [reached]);
  const permit = useCallback((next: Allowed) => {
    setAsked(next);
    const forget = () => setAsked((now) => (now === next ? undefined : now));
    void controller.command({ case: "permit", value: { participantId: person.id, permissions: next } }).then((result) => {
      if (result?.ok) setTimeout(forget, TOLD_WITHIN_MS);
      else forget();
    });
  }, [controller, person.id]);
  return [asked ?? told, permit];
}
