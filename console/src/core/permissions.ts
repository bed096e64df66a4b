// What the end user lets one person do. Pure.

import { Role } from "../gen/cobrowse/v1/participant_pb";

export interface Allowed {
  view: boolean;
  point: boolean;
  act: boolean;
  clipboard: boolean;
}

export const NOTHING: Allowed = { view: false, point: false, act: false, clipboard: false };

/** What the dialog proposes: everything that helping needs, and not the clipboard. Who only looks on gets no more than that. */
export function proposed(role: Role): Allowed {
  const helps = role === Role.AGENT;
  return { view: true, point: helps, act: helps, clipboard: false };
}

/** Seeing carries the rest: without it all is off. */
export function change(allowed: Allowed, part: Partial<Allowed>): Allowed {
  const next = { ...allowed, ...part };
  return next.view ? next : NOTHING;
}

export function same(one: Allowed, other: Allowed): boolean {
  return one.view === other.view && one.point === other.point && one.act === other.act && one.clipboard === other.clipboard;
}
