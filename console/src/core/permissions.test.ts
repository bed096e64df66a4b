import { expect, test } from "vitest";
import { change, NOTHING, PROPOSED } from "./permissions";

test("without seeing there is nothing, and seeing alone brings nothing back", () => {
  const off = change(PROPOSED, { view: false });
  expect(off).toEqual(NOTHING);
  expect(change(off, { view: true })).toEqual({ ...NOTHING, view: true });
  expect(change(PROPOSED, { act: false })).toEqual({ ...PROPOSED, act: false });
});
