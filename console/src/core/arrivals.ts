// Who came, who went, whose link was lost: between two rosters. Nobody comes or goes unseen. Pure.

import { Role, type Participant } from "../gen/cobrowse/v1/participant_pb";

export type Passing = "came" | "lost" | "left";

export interface Arrival {
  person: Participant;
  what: Passing;
}

/**
 * What changed for people other than the viewer. The first roster tells who is there already and is no news, and the end
 * user's own absence has a curtain of its own.
 */
export function arrivals(before: readonly Participant[], after: readonly Participant[], selfId: string): Arrival[] {
  if (before.length === 0) return [];
  const known = new Map(before.map((one) => [one.id, one]));
  const present = new Set(after.map((one) => one.id));
  const others = (one: Participant) => one.id !== selfId && (one.role === Role.AGENT || one.role === Role.OBSERVER);
  const changed = after.filter(others).flatMap((person): Arrival[] => {
    const was = known.get(person.id)?.connected ?? false;
    if (was === person.connected) return [];
    return [{ person, what: person.connected ? "came" : "lost" }];
  });
  const left = before.filter((one) => others(one) && !present.has(one.id)).map((person): Arrival => ({ person, what: "left" }));
  return [...changed, ...left];
}

/** What is told after this news: the newest `most`, and of each person the newest alone. */
export function told<T extends Arrival>(old: readonly T[], fresh: readonly T[], most: number): T[] {
  const others = old.filter(({ person }) => !fresh.some((one) => one.person.id === person.id));
  return [...others, ...fresh].slice(-most);
}
