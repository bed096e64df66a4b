// The release before this one is upgraded while two people look at a page that never stands still.

import { Installation } from "../harness/installation.ts";
import { expect, test } from "../harness/fixtures.ts";
import { type Seen, seenSince, watches } from "./watching.ts";

/** Nobody's picture may stop for longer. */
const GAP_MAX_MS = 2_000;
/** Two replicas of each program, one after the other, on a busy machine. */
const ROLL_MS = 180_000;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly phase: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface List<T> {
  readonly items: readonly T[];
}
interface Session {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string; readonly binding?: { readonly podUID: string } };
}
interface Pool {
  readonly status: { readonly warm: number; readonly bound: number; readonly stale: number };
}

const isOld = (pod: Pod) => pod.spec.containers.every(({ image }) => image.endsWith(":previous"));
const isReady = (pod: Pod) => pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

test("an upgrade stops nobody's picture and touches no session", async ({ stack, endUser, agent }) => {
  test.setTimeout(ROLL_MS + 120_000);
  if (!(stack instanceof Installation)) throw new Error("this takes an installation of the previous release: e2e/installation/upgrade");
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/lab/trail`));
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const programs = async () => (await stack.objects<List<Pod>>("cobrowse", "pods")).items;
  const browsers = async () => (await stack.objects<List<Pod>>("cobrowse-sessions", "pods")).items;
  const sessions = async () => {
    const { items } = await stack.objects<List<Session>>("cobrowse-sessions", "cobrowsesessions");
    return items.filter(({ status }) => status.phase === "Active").map(({ metadata, status }) => [metadata.name, status.binding?.podUID]);
  };
  const pool = async () => (await stack.objects<Pool>("cobrowse-sessions", "cobrowsepool/default")).status;
  // The one that this session took is replaced.
  await expect.poll(pool, { timeout: 60_000 }).toMatchObject({ warm: 1, bound: 1 });
  const before = await sessions();
  expect(before).toHaveLength(1);
  expect([...(await programs()), ...(await browsers())].every(isOld)).toBe(true);

  for (const person of [agent, endUser]) await watches(person.page);
  const still = await seenSince([agent.page, endUser.page], 3_000);
  await stack.upgrade();
  await expect.poll(async () => (await programs()).map((pod) => isOld(pod) || !isReady(pod) || pod.metadata.deletionTimestamp !== undefined), { timeout: ROLL_MS, intervals: [1_000] }).toEqual(Array(6).fill(false));
  // Whoever was on the last of the old replicas is on another one by now.
  const [agents, endUsers] = await seenSince([agent.page, endUser.page], 3_000);
  report(still, [agents!, endUsers!]);
  expect(Math.max(agents!.longestGap, endUsers!.longestGap)).toBeLessThanOrEqual(GAP_MAX_MS);

  // The session has the pod that it had, of the release before, which still goes out by itself; the warm ones are of this one.
  expect(await sessions()).toEqual(before);
  await agent.byTestId("address").fill(`${stack.shop}/search?q=stove`);
  await agent.byTestId("address").press("Enter");
  await expect.poll(() => stack.state().searches).toEqual(["stove"]);
  await expect.poll(pool, { timeout: 60_000 }).toMatchObject({ warm: 1, bound: 1, stale: 0 });
  const stay = (await browsers()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const pod of stay) expect([pod.metadata.uid, isOld(pod)]).toEqual([pod.metadata.uid, pod.metadata.uid === before[0]![1]]);
  await endUser.ends();
  await agent.seesTheEnd();
});

function report(still: readonly Seen[], rolled: readonly Seen[]): void {
  for (const [index, who] of ["agent", "end user"].entries()) {
    const [before, meanwhile] = [still[index]!, rolled[index]!];
    process.stdout.write(`    ${who}: longest gap between pictures ${before.longestGap.toFixed(0)} ms before, ${meanwhile.longestGap.toFixed(0)} ms while all programs were replaced; gaps above half a second: ${meanwhile.gaps.map(Math.round).join(", ") || "none"}\n`);
  }
}
