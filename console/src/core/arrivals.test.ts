import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ParticipantSchema, Role } from "../gen/cobrowse/v1/participant_pb";
import { arrivals, told as toldOf } from "./arrivals";

const person = (id: string, role = Role.AGENT, connected = true) => create(ParticipantSchema, { id, role, connected, name: id });
const user = person("user", Role.END_USER);
const told = (before: Parameters<typeof arrivals>[0], after: Parameters<typeof arrivals>[1]) => arrivals(before, after, "self").map(({ person: { id }, what }) => `${id} ${what}`);

test("who is there at first is no news", () => {
  expect(told([], [user, person("sam"), person("priya", Role.OBSERVER)])).toEqual([]);
});

test("who comes, is lost, comes back and leaves is told", () => {
  expect(told([user], [user, person("priya", Role.OBSERVER, false)])).toEqual([]);
  expect(told([user, person("priya", Role.OBSERVER, false)], [user, person("priya", Role.OBSERVER)])).toEqual(["priya came"]);
  expect(told([user, person("sam")], [user, person("sam", Role.AGENT, false)])).toEqual(["sam lost"]);
  expect(told([user, person("sam"), person("priya")], [user, person("sam")])).toEqual(["priya left"]);
});

test("oneself, the end user and the recorder are not told", () => {
  expect(told([user, person("self", Role.AGENT, false)], [person("user", Role.END_USER, false), person("self"), person("rec", Role.RECORDER)])).toEqual([]);
});

test("of each person the newest news alone is told, and not too much at once", () => {
  const [came, lost, back] = (["came", "lost", "came"] as const).map((what) => ({ person: person("priya"), what }));
  const sam = { person: person("sam"), what: "came" as const };
  expect(toldOf([came!, sam], [lost!], 3)).toEqual([sam, lost]);
  expect(toldOf([sam, lost!], [back!], 3)).toEqual([sam, back]);
  const many = ["a", "b", "c", "d"].map((id) => ({ person: person(id), what: "came" as const }));
  expect(toldOf([], many, 3)).toEqual(many.slice(1));
});
