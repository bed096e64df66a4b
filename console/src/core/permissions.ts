// What the end user lets one person do. Pure.

export interface Allowed {
  view: boolean;
  point: boolean;
  act: boolean;
  clipboard: boolean;
}

export const NOTHING: Allowed = { view: false, point: false, act: false, clipboard: false };
/** What the dialog proposes: everything that helping needs, and not the clipboard. */
export const PROPOSED: Allowed = { view: true, point: true, act: true, clipboard: false };

/** Seeing carries the rest: without it all is off. */
export function change(allowed: Allowed, part: Partial<Allowed>): Allowed {
  const next = { ...allowed, ...part };
  return next.view ? next : NOTHING;
}
