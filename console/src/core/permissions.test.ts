import { expect, test } from "vitest";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import { change, NOTHING, proposed } from "./permissions";

test("without seeing there is nothing, and seeing alone brings nothing back", () => {
  const all = proposed(Role.AGENT);
  const off = change(all, { view: false });
  expect(off).toEqual(NOTHING);
  expect(change(off, { view: true })).toEqual({ ...NOTHING, view: true });
  expect(change(all, { act: false })).toEqual({ ...all, act: false });
});

test("who only looks on is offered seeing alone", () => {
  expect(proposed(Role.OBSERVER)).toEqual({ ...NOTHING, view: true });
  expect(proposed(Role.AGENT)).toEqual({ view: true, point: true, act: true, clipboard: false });
});
