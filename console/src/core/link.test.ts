import { describe, expect, test } from "vitest";
import { newLink, step, type Link, type LinkEffect, type LinkInput } from "./link";

const options = { endUser: false, random: () => 1 };

class Run {
  link: Link = newLink();
  effects: LinkEffect[] = [];
  now = 1_000;
  constructor(readonly with_ = options) {}
  put(...inputs: LinkInput[]): LinkEffect[] {
    const all: LinkEffect[] = [];
    for (const input of inputs) {
      const [link, effects] = step(this.link, input, this.now, this.with_);
      this.link = link;
      all.push(...effects);
    }
    this.effects = all;
    return all;
  }
  later(ms: number): this {
    this.now += ms;
    return this;
  }
  open(): this {
    this.put({ type: "start" }, { type: "ticket" }, { type: "opened" }, { type: "attached", keepaliveMs: 250 });
    return this;
  }
}

test("ticket, socket, attach, open", () => {
  const run = new Run();
  expect(run.put({ type: "start" })).toEqual(["fetchTicket"]);
  expect(run.put({ type: "ticket" })).toEqual(["openSocket"]);
  expect(run.put({ type: "opened" })).toEqual(["attach"]);
  run.put({ type: "attached", keepaliveMs: 250 });
  expect(run.link).toMatchObject({ phase: "open", stale: false, attempt: 0 });
});

describe("silence", () => {
  test("blanks an agent after four keepalives, and a message lifts it", () => {
    const run = new Run().open();
    expect(run.later(900).put({ type: "tick" })).not.toContain("blank");
    expect(run.later(100).put({ type: "tick" })).toContain("blank");
    expect(run.link.stale).toBe(true);
    run.put({ type: "message" });
    expect(run.link.stale).toBe(false);
  });
  test("does not blank the end user at once, but ends the stream soon", () => {
    const run = new Run({ ...options, endUser: true }).open();
    expect(run.later(1_500).put({ type: "tick" })).not.toContain("blank");
    expect(run.later(1_600).put({ type: "tick" })).toEqual(["closeSocket", "blank"]);
    expect(run.link).toMatchObject({ phase: "waiting", stale: true });
  });
});

test("keepalives go up at the pace that was told", () => {
  const run = new Run().open();
  let sent = 0;
  for (let n = 0; n < 40; n++) {
    run.later(100).put({ type: "message" });
    if (run.put({ type: "tick" }).includes("sendKeepalive")) sent++;
  }
  expect(sent).toBeGreaterThanOrEqual(13);
  expect(sent).toBeLessThanOrEqual(16);
});

describe("a lost stream", () => {
  test("is tried again, later each time, with a fresh ticket", () => {
    const run = new Run().open();
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      run.put({ type: "lost" });
      waits.push(run.link.retryAt - run.now);
      expect(run.put({ type: "tick" })).toEqual([]);
      run.now = run.link.retryAt;
      expect(run.put({ type: "tick" })).toEqual(["fetchTicket"]);
      run.put({ type: "ticket" });
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 8000]);
  });
  test("comes back at once when the tab or the network is back", () => {
    const run = new Run().open();
    for (let n = 0; n < 5; n++) run.put({ type: "lost" }, { type: "wake" }, { type: "ticket" });
    run.put({ type: "lost" });
    expect(run.put({ type: "wake" })).toEqual(["fetchTicket"]);
  });
  test("after three minutes in the background the same stream goes on", () => {
    const run = new Run().open();
    run.later(180_000).put({ type: "wake" });
    expect(run.link.phase).toBe("waiting");
    run.put({ type: "wake" }, { type: "ticket" }, { type: "opened" }, { type: "attached", keepaliveMs: 250 });
    expect(run.link).toMatchObject({ phase: "open", attempt: 0 });
  });
  test("a step that hangs is given up", () => {
    const run = new Run();
    run.put({ type: "start" }, { type: "ticket" });
    expect(run.later(10_001).put({ type: "tick" })).toContain("closeSocket");
  });
});

describe("closing", () => {
  test("for good is for good", () => {
    const run = new Run().open();
    run.put({ type: "closedByServer", reason: "Replaced", retry: false });
    expect(run.link).toMatchObject({ phase: "closed", closedReason: "Replaced" });
    for (const type of ["tick", "wake", "message", "lost"] as const) expect(run.later(60_000).put({ type })).toEqual([]);
    expect(run.put({ type: "start" })).toEqual(["fetchTicket"]);
  });
  test("a start in the middle drops the old stream first", () => {
    expect(new Run().open().put({ type: "start" })).toEqual(["closeSocket", "fetchTicket"]);
  });
  test("with retry tries again", () => {
    const run = new Run().open();
    run.put({ type: "closedByServer", reason: "Draining", retry: true });
    expect(run.link.phase).toBe("waiting");
  });
  test("without a right to a ticket ends", () => {
    const run = new Run();
    run.put({ type: "start" }, { type: "ticketFailed", retry: false, reason: "Denied" });
    expect(run.link.closedReason).toBe("Denied");
  });
});
