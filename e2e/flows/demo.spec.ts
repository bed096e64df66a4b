// The demo as its first command starts it: two addresses and the sign-ins, the same ones at the next start, and nothing left after
// Ctrl-C. What it builds is built already.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../harness/fixtures.ts";
import { below } from "../harness/freeze.ts";
import { freePort } from "../harness/ports.ts";
import { Program } from "../harness/processes.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FIRST_WITHIN_MS = 30_000;
/** What a second start is promised to take. */
const AGAIN_WITHIN_MS = 10_000;
const SIGN_IN = /\S+@(northwind|contoso)\S*\s+\S+/g;

const demo = (ports: readonly number[], folder: string) => {
  const [door, shop, bank] = ports.map(String);
  const args = ["--chdir", ROOT, join(ROOT, "target/debug/xtask"), "demo", "--port", door!, "--shop-port", shop!, "--bank-port", bank!, "--data-dir", folder];
  return new Program("the demo", "env", args);
};

test("the demo says where to look, keeps its sign-ins, and leaves nothing behind", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "cobrowse-demo-"));
  const ports = [await freePort(), await freePort(), await freePort()];
  const signIns: string[][] = [];
  for (const within of [FIRST_WITHIN_MS, AGAIN_WITHIN_MS]) {
    const running = demo(ports, folder);
    await running.prints(/Ctrl-C ends everything/, within);
    expect(running.output).toContain(`http://shop.localhost:${ports[1]}`);
    expect(running.output).toContain(`https://localhost:${ports[0]}/agent`);
    signIns.push(running.output.match(SIGN_IN) ?? []);
    // Also on other ports than usual the shop's way leads in.
    await page.goto(`http://shop.localhost:${ports[1]}`);
    await page.locator("#help").click();
    await expect(page.getByTestId("start-button")).toBeVisible();
    // Pods come after the word that all is ready.
    await expect.poll(() => below(running.child.pid!, /--type=/).length).toBeGreaterThan(1);
    const started = below(running.child.pid!, /./);
    await running.end("SIGINT");
    await expect.poll(() => started.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
  }
  expect(signIns[0]!.length).toBeGreaterThanOrEqual(4);
  expect(signIns[1]).toEqual(signIns[0]);
  rmSync(folder, { recursive: true });
});

test("the demo says which port is taken, and how to choose another", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const taken = address && typeof address === "object" ? address.port : 0;
  const folder = mkdtempSync(join(tmpdir(), "cobrowse-demo-"));
  const refused = demo([taken, await freePort(), await freePort()], folder);
  await refused.prints(new RegExp(`port ${taken} is taken: .*make demo PORT=`));
  await refused.end();
  other.close();
  rmSync(folder, { recursive: true });
});
