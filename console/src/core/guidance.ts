// What people point at and draw over the picture: data, never pixels of the page. Pure; time is passed in.

import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { Guidance, Pointers } from "../gen/cobrowse/v1/stream_pb";
import type { Box, Spot } from "./viewport";

export type Drawing =
  | { kind: "stroke"; key: string; author: string; points: Spot[] }
  | { kind: "arrow"; key: string; author: string; from: Spot; to: Spot }
  | { kind: "text"; key: string; author: string; at: Spot; text: string }
  | { kind: "highlight"; key: string; author: string; box: Box };

export interface LaserTrail {
  author: string;
  spots: Array<Spot & { atMs: number }>;
}

export interface NamedPointer {
  participantId: string;
  at: Spot;
  movedMs: number;
  /** When this person last clicked, for a ripple. */
  pressedMs: number;
}

export interface GuidanceState {
  drawings: Drawing[];
  lasers: LaserTrail[];
  pointers: NamedPointer[];
  count: number;
}

export const LASER_MS = 900;
const LASER_SPOTS_MAX = 60;
const DRAWINGS_MAX = 200;
const STROKE_POINTS_MAX = 4_000;
/** A pointer that has not moved for this long is hidden. */
export const POINTER_MS = 6_000;

export function emptyGuidance(): GuidanceState {
  return { drawings: [], lasers: [], pointers: [], count: 0 };
}

export function guide(state: GuidanceState, guidance: Guidance, authorRole: Role, now: number): GuidanceState {
  const author = guidance.participantId;
  const { body } = guidance;
  switch (body.case) {
    case "laser":
      return { ...state, lasers: laser(state.lasers, author, body.value, now) };
    case "stroke":
      return stroke(state, author, body.value.id, body.value.points);
    case "arrow": {
      const { from, to } = body.value;
      return from && to ? add(state, { kind: "arrow", key: nextKey(state), author, from, to }) : state;
    }
    case "text": {
      const { at, text } = body.value;
      return at && text ? add(state, { kind: "text", key: nextKey(state), author, at, text }) : state;
    }
    case "highlight": {
      // One highlight per author: a new one replaces the old one.
      const others = state.drawings.filter((one) => one.kind !== "highlight" || one.author !== author);
      const box = body.value.rect;
      if (!box || box.width <= 0 || box.height <= 0) return { ...state, drawings: others };
      return add({ ...state, drawings: others }, { kind: "highlight", key: nextKey(state), author, box });
    }
    case "clear":
      return authorRole === Role.END_USER
        ? { ...state, drawings: [], lasers: [] }
        : { ...state, drawings: state.drawings.filter((one) => one.author !== author), lasers: state.lasers.filter((one) => one.author !== author) };
    default:
      return state;
  }
}

function nextKey(state: GuidanceState): string {
  return `d${state.count + 1}`;
}

function add(state: GuidanceState, drawing: Drawing): GuidanceState {
  return { ...state, count: state.count + 1, drawings: [...state.drawings, drawing].slice(-DRAWINGS_MAX) };
}

function stroke(state: GuidanceState, author: string, id: number, points: Spot[]): GuidanceState {
  const key = `s${author}/${id}`;
  const known = state.drawings.find((one) => one.key === key);
  if (known?.kind !== "stroke") return add(state, { kind: "stroke", key, author, points });
  const longer = { ...known, points: [...known.points, ...points].slice(0, STROKE_POINTS_MAX) };
  return { ...state, drawings: state.drawings.map((one) => (one === known ? longer : one)) };
}

function laser(trails: LaserTrail[], author: string, at: Spot, now: number): LaserTrail[] {
  const spot = { x: at.x, y: at.y, atMs: now };
  const known = trails.find((trail) => trail.author === author);
  if (!known) return [...trails, { author, spots: [spot] }];
  const spots = [...known.spots.filter((old) => now - old.atMs < LASER_MS), spot].slice(-LASER_SPOTS_MAX);
  return trails.map((trail) => (trail === known ? { author, spots } : trail));
}

export function movePointer(state: GuidanceState, told: Pointers, now: number): GuidanceState {
  if (!told.at) return state;
  const old = state.pointers.find((one) => one.participantId === told.participantId);
  const pointer: NamedPointer = {
    participantId: told.participantId, at: told.at, movedMs: now, pressedMs: told.pressed ? now : (old?.pressedMs ?? 0),
  };
  const others = state.pointers.filter((one) => one !== old);
  return { ...state, pointers: [...others, pointer] };
}

/** Drops what has faded. Returns the same object when nothing has. */
export function fade(state: GuidanceState, now: number): GuidanceState {
  const lasers = state.lasers.filter((trail) => trail.spots.some((spot) => now - spot.atMs < LASER_MS));
  const pointers = state.pointers.filter((one) => now - one.movedMs < POINTER_MS);
  if (lasers.length === state.lasers.length && pointers.length === state.pointers.length) return state;
  return { ...state, lasers, pointers };
}

/** True while something is on its way out and the overlay must be drawn again. */
export function isFading(state: GuidanceState): boolean {
  return state.lasers.length > 0 || state.pointers.length > 0;
}
