// Names and colours of the people in a session. Pure.

import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { LiveState } from "./live";

/** Each readable on white and on black, and under white text. */
const COLOURS = ["#c2410c", "#6d28d9", "#0369a1", "#be185d", "#4d7c0f", "#a16207"];
const END_USER_COLOUR = "#0e7c66";

export function nameOf(state: LiveState, participantId: string): string {
  return state.participants.find((one) => one.id === participantId)?.name ?? "";
}

/** The end user is green; the others take colours in the order in which they came. */
export function colourOf(state: LiveState, participantId: string): string {
  const others = state.participants.filter((one) => one.role !== Role.END_USER);
  const index = others.findIndex((one) => one.id === participantId);
  if (index < 0) return END_USER_COLOUR;
  return COLOURS[index % COLOURS.length] ?? END_USER_COLOUR;
}

/** One or two letters for a round badge. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}
