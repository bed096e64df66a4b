import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Phase, SessionSchema } from "../gen/cobrowse/v1/session_pb";
import type { Backend } from "../transport/backend";
import { SessionFollower } from "./session-follower";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer = Phase | ConnectError;

/** Answers each call of the watch with the next list, and then hangs until it is aborted. */
function fakeBackend(...calls: Answer[][]): { backend: Backend; count(): number } {
  let at = 0;
  async function* watchSession(_request: unknown, { signal }: { signal: AbortSignal }) {
    for (const answer of calls[at++] ?? []) {
      if (answer instanceof ConnectError) throw answer;
      yield { session: create(SessionSchema, { id: "s", phase: answer }) };
      if (answer === Phase.ENDED) return;
    }
    await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new ConnectError("aborted", Code.Canceled))));
  }
  return { backend: { sessions: { watchSession } } as unknown as Backend, count: () => at };
}

function follow(backend: Backend) {
  const seen: string[] = [];
  const follower = new SessionFollower(backend, "s", {
    onSession: (session) => seen.push(Phase[session.phase] ?? ""), onProblem: (problem) => seen.push(problem.kind), onLinked: (linked) => linked || seen.push("unlinked"),
  });
  return { follower, seen };
}

const gone = new ConnectError("no way there", Code.Unavailable);

test("follows to the end, and then asks no more", async () => {
  const { backend, count } = fakeBackend([Phase.WAITING, Phase.LIVE, Phase.ENDED]);
  const { seen } = follow(backend);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(["WAITING", "LIVE", "ENDED"]);
  expect(count()).toBe(1);
});

test("goes on over broken links, and says so when it lasts", async () => {
  const { backend, count } = fakeBackend([Phase.WAITING, gone], [gone], [Phase.LIVE]);
  const { follower, seen } = follow(backend);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toEqual(["WAITING", "unlinked", "LIVE"]);
  expect(count()).toBe(3);
  follower.stop();
});

test("a refusal is for good", async () => {
  const { backend, count } = fakeBackend([new ConnectError("no", Code.PermissionDenied)]);
  const { seen } = follow(backend);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(["notAllowed"]);
  expect(count()).toBe(1);
});

test("a watch that died without a word is begun anew, at once when the tab is back", async () => {
  const { backend, count } = fakeBackend([Phase.LIVE], [Phase.LIVE], [Phase.PAUSED]);
  const { follower, seen } = follow(backend);
  await vi.advanceTimersByTimeAsync(100);
  follower.anew();
  await vi.advanceTimersByTimeAsync(100);
  expect(count()).toBe(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.at(-1)).toBe("PAUSED");
  follower.stop();
});

test("stopped is stopped", async () => {
  const { backend, count } = fakeBackend([Phase.LIVE]);
  const { follower } = follow(backend);
  await vi.advanceTimersByTimeAsync(100);
  follower.stop();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(count()).toBe(1);
});
