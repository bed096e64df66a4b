// Whatever happens in whatever order, the life of a stream keeps its rules.

import fc from "fast-check";
import { test } from "vitest";
import { newLink, step, type LinkEffect, type LinkInput } from "./link";

const input: fc.Arbitrary<LinkInput> = fc.oneof(
  fc.constantFrom<LinkInput>({ type: "start" }, { type: "ticket" }, { type: "opened" }, { type: "message" }, { type: "lost" }, { type: "tick" }, { type: "wake" }),
  fc.constantFrom<LinkInput>({ type: "stop" }),
  fc.record({ type: fc.constant("attached" as const), keepaliveMs: fc.nat(2_000) }),
  fc.record({ type: fc.constant("ticketFailed" as const), retry: fc.boolean(), reason: fc.constant("Denied") }),
  fc.record({ type: fc.constant("closedByServer" as const), retry: fc.boolean(), reason: fc.constant("Draining") }),
);
const history = fc.array(fc.tuple(input, fc.nat(4_000)), { maxLength: 60 });
/** The way that a stream takes when all goes well, so that histories get far. */
const good: [LinkInput, number][] = [[{ type: "start" }, 1], [{ type: "ticket" }, 1], [{ type: "opened" }, 1], [{ type: "attached", keepaliveMs: 250 }, 1]];

function run(inputs: [LinkInput, number][], endUser: boolean, look: (now: number, before: string, input: LinkInput, effects: LinkEffect[], link: ReturnType<typeof newLink>) => void) {
  let link = newLink();
  let now = 1_000;
  for (const [one, later] of inputs) {
    now += later;
    const before = link.phase;
    const [next, effects] = step(link, one, now, { endUser, random: () => 0.5 });
    link = next;
    look(now, before, one, effects, link);
  }
}

test("a picture is fresh on an open stream alone, and a stream opens on its own socket alone", () => {
  fc.assert(
    fc.property(history, fc.boolean(), (inputs, endUser) => {
      let socket: "none" | "opening" | "asked" = "none";
      run([...good, ...inputs], endUser, (_now, before, _input, effects, link) => {
        if (effects.includes("closeSocket")) socket = "none";
        if (effects.includes("openSocket")) socket = "opening";
        if (effects.includes("attach")) socket = "asked";
        if (!link.stale && link.phase !== "open") throw new Error(`shows a picture while ${link.phase}`);
        if (link.phase === "open" && socket !== "asked") throw new Error(`open without a socket, after ${before}`);
      });
    }),
  );
});

test("whoever loses the stream is blanked in the same step", () => {
  fc.assert(
    fc.property(history, fc.boolean(), (inputs, endUser) => {
      run([...good, ...inputs], endUser, (_now, before, one, effects, link) => {
        const lost = before === "open" && link.phase !== "open";
        if (lost && one.type !== "start" && !(effects.includes("closeSocket") && effects.includes("blank"))) throw new Error(`${one.type} leaves a picture`);
      });
    }),
  );
});

test("a silent stream is blank to all but the end user within a second and one look", () => {
  fc.assert(
    fc.property(history, fc.nat(5_000), (inputs, silence) => {
      let heard = 0;
      run([...good, ...inputs, [{ type: "tick" }, silence]], false, (now, _before, one, _effects, link) => {
        if (one.type === "message" || one.type === "attached" || one.type === "opened") heard = now;
        const looked = one.type === "tick" || one.type === "wake";
        if (looked && link.phase === "open" && now - heard >= link.keepaliveMs * 4 && !link.stale) throw new Error("shows what may be old");
      });
    }),
  );
});

test("for good is for good, and a wait always has an end", () => {
  fc.assert(
    fc.property(history, (inputs) => {
      run(inputs, false, (now, before, one, effects, link) => {
        if (before === "closed" && one.type !== "start" && (link.phase !== "closed" || effects.length > 0)) throw new Error("a closed stream acts");
        if (link.phase === "waiting" && !(link.retryAt > now - 1 && link.retryAt - now <= 60_000) && one.type !== "tick" && before !== "waiting") throw new Error(`waits until ${link.retryAt}`);
      });
    }),
  );
});
