// Whatever people do, nothing of it is lost, late or out of order but moves, which merge.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Input } from "../gen/cobrowse/v1/stream_pb";
import { InputQueue, type Act } from "./input-queue";

type Deed = { does: "move" | "touch"; id: number; x: number } | { does: "wheel"; dy: number } | { does: "now"; act: Act } | { does: "flush" } | { does: "restart" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ case: fc.constant("button" as const), value: fc.record({ button: fc.nat(4), down: fc.boolean() }) }),
  fc.record({ case: fc.constant("key" as const), value: fc.record({ code: fc.constantFrom("KeyA", "Enter"), key: fc.constant("a"), down: fc.boolean() }) }),
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ does: fc.constantFrom("move" as const, "touch" as const), id: fc.nat(3), x: fc.nat(500) }),
  fc.record({ does: fc.constant("wheel" as const), dy: fc.integer({ min: -50, max: 50 }) }),
  fc.record({ does: fc.constant("now" as const), act }),
  fc.constantFrom<Deed>({ does: "flush" }, { does: "restart" }),
);

function doAll(deeds: Deed[]): Input[][] {
  const streams: Input[][] = [[]];
  const queue = new InputQueue((input) => streams.at(-1)?.push(input));
  for (const one of deeds) {
    if (one.does === "move") queue.move({ x: one.x, y: 0 });
    else if (one.does === "touch") queue.touchMove(one.id, { x: one.x, y: 0 });
    else if (one.does === "wheel") queue.wheel({ x: 0, y: 0 }, 0, one.dy);
    else if (one.does === "now") queue.now(one.act);
    else if (one.does === "flush") queue.flush();
    else {
      queue.restart();
      streams.push([]);
    }
  }
  queue.flush();
  expect(queue.idle).toBe(true);
  return streams;
}

/** Where the pointer is at each act, by what was sent. */
function placesBefore(inputs: Input[]): (number | undefined)[] {
  let at: number | undefined;
  return inputs.flatMap(({ body }) => {
    if (body.case === "move") at = body.value.at?.x;
    return body.case === "button" || body.case === "key" ? [at] : [];
  });
}

/** Where it is by what people did. */
function placesDone(deeds: Deed[]): (number | undefined)[] {
  let at: number | undefined;
  return deeds.flatMap((one) => {
    if (one.does === "move") at = one.x;
    return one.does === "now" ? [at] : [];
  });
}

test("numbers rise by one from 1 in each stream", () => {
  fc.assert(
    fc.property(fc.array(deed), (deeds) => {
      for (const inputs of doAll(deeds)) expect(inputs.map((input) => input.seq)).toEqual(inputs.map((_, at) => BigInt(at + 1)));
    }),
  );
});

test("acts come all and in order; wheel turns add up; the last place counts before each act", () => {
  fc.assert(
    fc.property(fc.array(deed.filter((one) => one.does !== "restart")), (deeds) => {
      const inputs = doAll(deeds).flat();
      const acts = inputs.filter((input) => input.body.case === "button" || input.body.case === "key");
      expect(acts.map((input) => input.body.case)).toEqual(deeds.flatMap((one) => (one.does === "now" ? [one.act.case] : [])));
      const turned = inputs.reduce((sum, input) => sum + (input.body.case === "wheel" ? input.body.value.dy : 0), 0);
      expect(turned).toBe(deeds.reduce((sum, one) => sum + (one.does === "wheel" ? one.dy : 0), 0));
      expect(placesBefore(inputs)).toEqual(placesDone(deeds));
    }),
  );
});
