import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import { GuidanceSchema, PointersSchema } from "../gen/cobrowse/v1/stream_pb";
import { emptyGuidance, fade, guide, isFading, LASER_MS, movePointer, POINTER_MS, type GuidanceState } from "./guidance";

type Body = NonNullable<MessageInitShape<typeof GuidanceSchema>["body"]>;
function put(state: GuidanceState, participantId: string, body: Body, role = Role.AGENT, now = 0): GuidanceState {
  return guide(state, create(GuidanceSchema, { participantId, body }), role, now);
}
const stroke = (id: number, n: number): Body => ({ case: "stroke", value: { id, points: Array.from({ length: n }, (_, x) => ({ x, y: 0 })) } });
const highlight = (width: number): Body => ({ case: "highlight", value: { rect: { x: 0, y: 0, width, height: 10 } } });

test("parts of one line join, lines of two people do not", () => {
  let state = put(emptyGuidance(), "a", stroke(1, 3));
  state = put(state, "a", stroke(1, 2));
  state = put(state, "b", stroke(1, 2));
  expect(state.drawings.map((one) => one.kind === "stroke" && one.points.length)).toEqual([5, 2]);
});

test("one highlight per person, and none for an element that was not found", () => {
  let state = put(emptyGuidance(), "a", highlight(10));
  state = put(state, "a", highlight(20));
  state = put(state, "b", highlight(30));
  expect(state.drawings).toHaveLength(2);
  state = put(state, "a", highlight(0));
  expect(state.drawings).toHaveLength(1);
});

test("an agent clears the own drawings, the end user all", () => {
  let state = put(put(emptyGuidance(), "a", stroke(1, 2)), "b", stroke(1, 2));
  expect(put(state, "a", { case: "clear", value: true }).drawings.map((one) => one.author)).toEqual(["b"]);
  state = put(state, "u", { case: "clear", value: true }, Role.END_USER);
  expect(state.drawings).toHaveLength(0);
});

test("lasers and pointers fade", () => {
  let state = put(emptyGuidance(), "a", { case: "laser", value: { x: 1, y: 1 } });
  state = movePointer(state, create(PointersSchema, { participantId: "u", at: { x: 5, y: 5 }, pressed: true }), 100);
  expect(isFading(state)).toBe(true);
  expect(fade(state, LASER_MS - 1)).toBe(state);
  state = fade(state, LASER_MS + 1);
  expect(state.lasers).toHaveLength(0);
  expect(state.pointers[0]).toMatchObject({ pressedMs: 100 });
  expect(isFading(fade(state, POINTER_MS + 101))).toBe(false);
});

test("drawings have a limit", () => {
  let state = emptyGuidance();
  for (let n = 0; n < 300; n++) state = put(state, "a", stroke(n, 2));
  expect(state.drawings).toHaveLength(200);
});
