import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import { EventSchema } from "../gen/cobrowse/v1/stream_pb";
import { applyBlank, applyDrawn, applyEvent, dismissNotice, mayAct, mayPoint, newLive, type LiveState } from "./live";

type Body = NonNullable<MessageInitShape<typeof EventSchema>["body"]>;
const ALL = { view: true, point: true, act: true, clipboard: false };
const USER = { id: "u", role: Role.END_USER, name: "", connected: true, permissions: ALL };
const agent = (permissions = ALL, role = Role.AGENT) => ({ id: "a", role, name: "Sam", company: "N", connected: true, permissions });

function fold(selfId: string, bodies: Body[], from: LiveState = { ...newLive(), selfId }): LiveState {
  return bodies.reduce((state, body) => applyEvent(state, create(EventSchema, { seq: state.lastSeq + 1n, body }), 1_000), from);
}
const roster = (...participants: object[]): Body => ({ case: "roster", value: { participants } });

describe("who may act", () => {
  const act = (selfId: string, ...bodies: Body[]) => mayAct(fold(selfId, bodies));
  test("the end user always, but not while stopped", () => {
    expect(act("u", roster(USER, agent()), { case: "control", value: { holderId: "a" } })).toBe(true);
    expect(act("u", roster(USER), { case: "state", value: { paused: true } })).toBe(false);
  });
  test("the end user alone while an administrator holds the session", () => {
    const held: Body = { case: "state", value: { paused: true, held: true } };
    expect(act("u", roster(USER, agent()), held)).toBe(true);
    expect(act("a", roster(USER, agent()), held)).toBe(false);
    expect(mayPoint(fold("a", [roster(USER, agent()), held]))).toBe(false);
    expect(fold("u", [held, { case: "state", value: {} }]).held).toBe(false);
  });
  test("an agent when allowed, and when nobody else has control", () => {
    expect(act("a", roster(USER, agent()))).toBe(true);
    expect(act("a", roster(USER, agent({ ...ALL, act: false })))).toBe(false);
    expect(act("a", roster(USER, agent()), { case: "control", value: { holderId: "u" } })).toBe(false);
    expect(act("a", roster(USER, agent()), { case: "control", value: { holderId: "a" } })).toBe(true);
    expect(act("a", roster(USER, agent()), { case: "end", value: { reason: 1 } })).toBe(false);
  });
  test("observers never, strangers neither", () => {
    expect(act("a", roster(USER, agent(ALL, Role.OBSERVER)))).toBe(false);
    expect(act("x", roster(USER, agent()))).toBe(false);
  });
  test("pointing is its own permission", () => {
    expect(mayPoint(fold("a", [roster(USER, agent({ ...ALL, point: false }))]))).toBe(false);
    expect(mayPoint(fold("a", [roster(USER, agent({ ...ALL, act: false }))]))).toBe(true);
  });
});

test("facts told again with old numbers count, and nothing is listed twice", () => {
  const event = create(EventSchema, { seq: 5n, body: { case: "guidance", value: { participantId: "a", body: { case: "chat", value: { text: "hi" } } } } });
  const once = applyEvent({ ...newLive(), lastSeq: 90n }, event, 0);
  expect(once).toMatchObject({ lastSeq: 90n, chat: [{ text: "hi" }] });
  expect(applyEvent(once, event, 0).chat).toHaveLength(1);
  const navigation = create(EventSchema, { seq: 3n, body: { case: "navigation", value: { url: "https://a.example/" } } });
  expect(applyEvent(once, navigation, 0).navigation?.url).toBe("https://a.example/");
});

test("dialogs, pickers and choosers open and close", () => {
  const open = fold("u", [{ case: "dialog", value: { id: "d", open: true, message: "?" } }, { case: "picker", value: { id: "p", open: true } }, { case: "fileChooser", value: { id: "f", open: true } }]);
  expect([open.dialogs.length, open.picker?.id, open.fileChooser?.id]).toEqual([1, "p", "f"]);
  const shut = fold("u", [{ case: "dialog", value: { id: "d" } }, { case: "picker", value: { id: "p" } }, { case: "fileChooser", value: { id: "f" } }], open);
  expect([shut.dialogs.length, shut.picker, shut.fileChooser]).toEqual([0, undefined, undefined]);
});

test("after a gap drawings and questions are told anew", () => {
  const before = fold("u", [{ case: "dialog", value: { id: "d", open: true } }, { case: "guidance", value: { participantId: "a", body: { case: "arrow", value: { from: {}, to: { x: 9 } } } } }]);
  const after = fold("u", [{ case: "gap", value: { upToSeq: 2n } }], before);
  expect([after.dialogs.length, after.guidance.drawings.length]).toEqual([0, 0]);
});

test("Blank holds until a picture of its own epoch is drawn", () => {
  const blanked = applyBlank(newLive(), 2);
  expect(applyDrawn(blanked, 1).blanked).toBe(true);
  expect(applyDrawn(blanked, 2).blanked).toBe(false);
});

test("warnings count on the viewer's own clock", () => {
  const state = fold("u", [{ case: "state", value: { warning: "Idle", warningMs: 60_000n, remainingMs: 90_000n } }]);
  expect(state.warning).toEqual({ code: "Idle", untilMs: 61_000 });
  expect(state.endsAtMs).toBe(91_000);
  expect(fold("u", [{ case: "state", value: {} }], state).warning).toBeUndefined();
});

test("lists have limits", () => {
  const chat: Body = { case: "guidance", value: { participantId: "a", body: { case: "chat", value: { text: "x" } } } };
  const state = fold("u", [...Array.from({ length: 600 }, () => chat), ...Array.from({ length: 9 }, (): Body => ({ case: "notice", value: { code: "LoadFailed" } }))]);
  expect(state.chat).toHaveLength(500);
  expect(state.notices).toHaveLength(4);
  expect(dismissNotice(state, state.notices[0]?.key ?? "").notices).toHaveLength(3);
});
