// What a viewer knows of the live session, folded from the events of the log. Pictures are not here: they go to the
// picture worker. Pure.

import {
  Role, type EndReason, type Participant, type Viewport,
} from "../gen/cobrowse/v1/participant_pb";
import type {
  ControlState, Cursor, Dialog, Download, EditFocus, Event, FileChooser, Navigation, PageMenu, Picker, ProtectedField,
} from "../gen/cobrowse/v1/stream_pb";
import { emptyGuidance, guide, movePointer, type GuidanceState } from "./guidance";

export interface ChatLine {
  key: string;
  participantId: string;
  text: string;
}

export interface NoticeLine {
  key: string;
  code: string;
  details: Record<string, string>;
}

export interface Warning {
  code: string;
  /** On the viewer's own clock. */
  untilMs: number;
}

export interface LiveState {
  selfId: string;
  lastSeq: bigint;
  participants: Participant[];
  control: Pick<ControlState, "holderId" | "requestIds">;
  navigation?: Navigation;
  dialogs: Dialog[];
  viewport?: Viewport;
  /** Others than the end user see nothing, for whatever reason. */
  paused: boolean;
  /** An administrator paused it; the end user goes on alone. */
  held: boolean;
  pauseEpoch: number;
  /** Blanked by the server; lifted by the first picture of this pause epoch. */
  blanked: boolean;
  warning?: Warning;
  /** When the longest duration is over, on the viewer's own clock. 0 when not told. */
  endsAtMs: number;
  cursor?: Cursor;
  editFocus?: EditFocus;
  picker?: Picker;
  /** This person asked for it, and did not close it yet. */
  menu?: PageMenu;
  protectedFields: ProtectedField[];
  fileChooser?: FileChooser;
  downloads: Download[];
  notices: NoticeLine[];
  chat: ChatLine[];
  guidance: GuidanceState;
  clipboard?: { key: string; text: string };
  endReason?: EndReason;
}

const CHAT_LINES_MAX = 500;
const NOTICES_MAX = 4;
const DOWNLOADS_MAX = 20;

export function newLive(): LiveState {
  return {
    selfId: "", lastSeq: 0n, participants: [], control: { holderId: "", requestIds: [] }, dialogs: [], paused: false, held: false, pauseEpoch: 0,
    blanked: false, endsAtMs: 0, protectedFields: [], downloads: [], notices: [], chat: [], guidance: emptyGuidance(),
  };
}

/**
 * Folds one event in. Facts that still hold come again with their old numbers, to late comers and to people who may see
 * again, so an old number says nothing; only what is added to a list is looked up in it first.
 */
export function applyEvent(state: LiveState, event: Event, now: number): LiveState {
  const next = { ...state, lastSeq: event.seq > state.lastSeq ? event.seq : state.lastSeq, pauseEpoch: Math.max(state.pauseEpoch, event.pauseEpoch) };
  const { body } = event;
  switch (body.case) {
    case "roster":
      return { ...next, participants: body.value.participants };
    case "control":
      return { ...next, control: body.value };
    case "navigation":
      // What the menu was about goes.
      return { ...next, navigation: body.value, menu: body.value.loading ? undefined : next.menu };
    case "dialog":
      return { ...next, dialogs: replace(next.dialogs, body.value, body.value.open) };
    case "cursor":
      return { ...next, cursor: body.value };
    case "state":
      return applyState(next, body.value.paused, body.value, now);
    case "end":
      return { ...next, endReason: body.value.reason };
    case "editFocus":
      return { ...next, editFocus: body.value };
    case "picker":
      return { ...next, picker: body.value.open ? body.value : undefined };
    case "protectedFields":
      return { ...next, protectedFields: body.value.fields };
    case "fileChooser":
      return { ...next, fileChooser: body.value.open ? body.value : undefined };
    case "download":
      return { ...next, downloads: replace(next.downloads, body.value, true).slice(-DOWNLOADS_MAX) };
    case "notice": {
      const line = { key: String(event.seq), code: body.value.code, details: body.value.details };
      return { ...next, notices: [...next.notices, line].slice(-NOTICES_MAX) };
    }
    case "clipboard":
      return { ...next, clipboard: { key: String(event.seq), text: body.value.text } };
    case "gap":
      // Whatever still holds is told again after a gap.
      return { ...next, dialogs: [], picker: undefined, fileChooser: undefined, guidance: { ...next.guidance, drawings: [] } };
    case "pointers":
      return { ...next, guidance: movePointer(next.guidance, body.value, now) };
    case "guidance":
      if (body.value.body.case === "chat") {
        const key = String(event.seq);
        if (next.chat.some((line) => line.key === key)) return next;
        const line = { key, participantId: body.value.participantId, text: body.value.body.value.text };
        return { ...next, chat: [...next.chat, line].slice(-CHAT_LINES_MAX) };
      }
      return { ...next, guidance: guide(next.guidance, body.value, roleOf(next, body.value.participantId), now) };
    default:
      return next;
  }
}

function applyState(
  state: LiveState, paused: boolean, told: { viewport?: Viewport; remainingMs: bigint; warning: string; warningMs: bigint; held: boolean }, now: number,
): LiveState {
  return {
    ...state,
    paused,
    held: told.held,
    viewport: told.viewport ?? state.viewport,
    endsAtMs: told.remainingMs > 0n ? now + Number(told.remainingMs) : 0,
    warning: told.warning ? { code: told.warning, untilMs: now + Number(told.warningMs) } : undefined,
  };
}

function replace<T extends { id: string }>(list: T[], item: T, keep: boolean): T[] {
  const known = list.some((other) => other.id === item.id);
  if (!keep) return known ? list.filter((other) => other.id !== item.id) : list;
  return known ? list.map((other) => (other.id === item.id ? item : other)) : [...list, item];
}

/** The server said Blank: show nothing until a picture of this pause epoch or a later one is drawn. */
export function applyBlank(state: LiveState, pauseEpoch: number): LiveState {
  return { ...state, menu: undefined, blanked: true, pauseEpoch: Math.max(state.pauseEpoch, pauseEpoch) };
}

/** A picture was drawn; pictures of older epochs never get this far. */
export function applyDrawn(state: LiveState, pauseEpoch: number): LiveState {
  return state.blanked && pauseEpoch >= state.pauseEpoch ? { ...state, blanked: false } : state;
}

export function dismissNotice(state: LiveState, key: string): LiveState {
  return { ...state, notices: state.notices.filter((notice) => notice.key !== key) };
}

export function roleOf(state: LiveState, participantId: string): Role {
  return state.participants.find((one) => one.id === participantId)?.role ?? Role.UNSPECIFIED;
}

export function selfOf(state: LiveState): Participant | undefined {
  return state.participants.find((one) => one.id === state.selfId);
}

/** Ended, or paused for this person. */
function isOver(state: LiveState, self: Participant): boolean {
  if (state.endReason !== undefined) return true;
  return state.paused && !(state.held && self.role === Role.END_USER);
}

/** May this viewer's input reach the page now? The pod decides; this only spares people from trying in vain. */
export function mayAct(state: LiveState): boolean {
  const self = selfOf(state);
  if (!self || isOver(state, self)) return false;
  if (self.role === Role.END_USER) return true;
  if (self.role === Role.OBSERVER || !self.permissions?.act) return false;
  return state.control.holderId === "" || state.control.holderId === self.id;
}

/** May this viewer point, draw and highlight now? */
export function mayPoint(state: LiveState): boolean {
  const self = selfOf(state);
  if (!self || isOver(state, self)) return false;
  return self.role === Role.END_USER || self.permissions?.point === true;
}
