// Who the product's processes are, read from /proc: never root, apart from each other, Chrome's own sandbox on.

import { statSync } from "node:fs";
import { below, commandOf, namespaceOf, pathSeenBy, statusOf } from "../harness/freeze.ts";
import { expect, test } from "../harness/fixtures.ts";
import { asRoot, productsUid } from "../harness/identity.ts";

const FILTER = "2";

// Pods that end meanwhile would be looked at as well.
test.use({ stackOptions: {} });

test("Chrome and the pod's agent side run as nobody's user, in namespaces of their own, under seccomp", { tag: "@ordinary" }, async ({ embedded: stack, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(stack.shop));
  await endUser.allows();
  await agent.shared.showsSomething();
  const door = stack.door.child.pid!;
  const chrome = below(door, /^\/usr\/lib\/chromium\/chromium /);
  const renderers = below(door, /^\/usr\/lib\/chromium\/chromium --type=renderer/);
  const agentSides = below(door, /^\/run\/browser-pod agent /);
  expect(renderers.length).toBeGreaterThan(0);
  expect(agentSides.length).toBeGreaterThan(0);
  expect(statusOf(door, "Uid")).toBe(String(productsUid));

  for (const pid of [...chrome, ...agentSides]) {
    expect(commandOf(pid)).not.toMatch(/--no-sand|--disable-setuid-sand/);
    const uid = Number(statusOf(pid, "Uid"));
    expect(uid, commandOf(pid)).not.toBe(0);
    // As root each side of each pod has a user id of its own; otherwise the user's own id, mapped to nobody inside.
    if (asRoot) expect(uid).toBeGreaterThanOrEqual(210_000);
    else expect(uid).toBe(productsUid);
    for (const kind of ["pid", "mnt"] as const) expect(namespaceOf(pid, kind)).not.toBe(namespaceOf(door, kind));
    if (!asRoot) expect(namespaceOf(pid, "user")).not.toBe(namespaceOf(door, "user"));
    // Nobody's home, and nothing of this clone, is in sight.
    for (const place of ["/root", "/home", stack.folder, process.cwd()]) expect(pathSeenBy(pid, place), place).toBe(false);
  }
  // Of a process that leaves no dump the kernel gives its memory and environment to root alone, whoever it runs as.
  for (const pid of agentSides) {
    const owner = statSync(`/proc/${pid}/environ`).uid;
    expect(owner, commandOf(pid)).not.toBe(Number(statusOf(pid, "Uid")));
  }
  for (const pid of renderers) {
    expect(statusOf(pid, "Seccomp"), commandOf(pid)).toBe(FILTER);
    // Both sides have a filter of their own; Chrome's comes on top.
    expect(Number(statusOf(pid, "Seccomp_filters"))).toBeGreaterThan(Number(statusOf(agentSides[0]!, "Seccomp_filters")));
    expect(statusOf(pid, "NoNewPrivs")).toBe("1");
    expect(statusOf(pid, "CapEff")).toBe("0000000000000000");
    // Chrome's own layer: renderers are in a user namespace below the browser's.
    expect(namespaceOf(pid, "user")).not.toBe(namespaceOf(agentSides[0]!, "user"));
  }
  const uidsOf = (pids: readonly number[]) => new Set(pids.map((pid) => statusOf(pid, "Uid")));
  if (asRoot) for (const uid of uidsOf(agentSides)) expect(uidsOf(chrome)).not.toContain(uid);
  await endUser.ends();
});
