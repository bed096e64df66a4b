import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ParticipantSchema, Role } from "../gen/cobrowse/v1/participant_pb";
import { NavigationSchema, PageMenuSchema } from "../gen/cobrowse/v1/stream_pb";
import { applyBlank, newLive, type LiveState } from "./live";
import { menuItems, menuPlace } from "./menu";

function live(role: Role, clipboard: boolean): LiveState {
  const self = create(ParticipantSchema, { id: "s", role, permissions: { view: true, point: true, act: true, clipboard } });
  return { ...newLive(), selfId: "s", participants: [self], navigation: create(NavigationSchema, { canGoBack: true }) };
}
const END_USER = live(Role.END_USER, true);
const AGENT = live(Role.AGENT, false);
const COPYING = live(Role.AGENT, true);
function offers(state: LiveState, menu: MessageInitShape<typeof PageMenuSchema>, mayRead = true): string {
  const groups = menuItems(state, create(PageMenuSchema, menu), mayRead);
  return groups.map((group) => group.map(({ act, disabled }) => (disabled ? `(${act})` : act)).join(" ")).join(" | ");
}
const MOVE = "back (forward) reload";

test("moving on is always there, and what cannot be done is not to be chosen", () => {
  for (const state of [END_USER, AGENT, COPYING]) expect(offers(state, {})).toBe(MOVE);
});

test("a link opens for everybody; its address is copied by who was given it and may copy", () => {
  const link = { linkId: "1", linkUrl: "https://a.example/?q=1" };
  expect(offers(END_USER, link)).toBe(`newTab copyLink | ${MOVE}`);
  expect(offers(COPYING, link)).toBe(`newTab copyLink | ${MOVE}`);
  expect(offers(COPYING, { linkId: "1" })).toBe(`newTab | ${MOVE}`);
  expect(offers(AGENT, link)).toBe(`newTab | ${MOVE}`);
});

test("text goes in and out by who may copy, and never of a protected field", () => {
  expect(offers(END_USER, { selected: true })).toBe(`copy | ${MOVE}`);
  expect(offers(AGENT, { selected: true })).toBe(MOVE);
  expect(offers(COPYING, { editable: true, selected: true })).toBe(`cut copy paste selectAll | ${MOVE}`);
  expect(offers(END_USER, { editable: true })).toBe(`(cut) (copy) paste selectAll | ${MOVE}`);
  expect(offers(END_USER, { editable: true }, false)).toBe(`(cut) (copy) selectAll | ${MOVE}`);
  expect(offers(AGENT, { editable: true, selected: true })).toBe(MOVE);
  for (const state of [END_USER, AGENT, COPYING]) expect(offers(state, { editable: true, selected: true, protected: true })).toBe(MOVE);
});

test("all of it stays inside, also on a small phone", () => {
  const size = { width: 220, height: 300 };
  expect(menuPlace({ x: 20, y: 30 }, size, { width: 1200, height: 800 })).toEqual({ x: 20, y: 30 });
  expect(menuPlace({ x: 1190, y: 790 }, size, { width: 1200, height: 800 })).toEqual({ x: 970, y: 490 });
  expect(menuPlace({ x: 180, y: 30 }, size, { width: 360, height: 640 })).toEqual({ x: 8, y: 30 });
  expect(menuPlace({ x: 180, y: 200 }, size, { width: 360, height: 200 })).toEqual({ x: 8, y: 8 });
});

test("a stop takes the menu away", () => {
  expect(applyBlank({ ...AGENT, menu: create(PageMenuSchema, {}) }, 1).menu).toBeUndefined();
});
