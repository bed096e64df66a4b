// Nothing of a session is left when it is over. All that it carries is planted by two people in a real browser: typed text, messages, an
// address with a query, files and their names, a cookie, the PIN. Then all is searched that is kept: the disk, logs, the database, and on a
// cluster also etcd, its objects, the container runtime's files and volumes, swap and core dumps. What may stay, the design says.

import { expect, test } from "../harness/fixtures.ts";
import { sessionOf } from "../harness/calls.ts";
import { Installation } from "../harness/installation.ts";
import { type Allowed, type Found, type Markers, search } from "../harness/left.ts";
import type { Agent, EndUser } from "../harness/people.ts";
import type { Product } from "../harness/product.ts";
import { together } from "../harness/together.ts";

const planted = {
  "the query of the first address": "planted-query-kestrel",
  "typed text": "planted-typed-juniper",
  "the end user's message": "planted-chat-rowan",
  "the agent's message": "planted-chat-alder",
  "an uploaded file's name": "planted-upload-dunlin",
  "an uploaded file": "planted-content-godwit",
  // As the shop has it.
  "a downloaded file": "Returns, Harbour 12",
  "a page's text": "Download the label for your parcel",
  "an address on the way": "/product/tarn-boots",
} as const;

/** What may stay, where, and by which sentence of the design. */
const ALLOWED: readonly { readonly marker: string; readonly place: RegExp; readonly text?: RegExp; readonly why: string }[] = [
  { marker: "the website's name", place: /^objects$/, why: "CoBrowseSession: site and startUrl (no query in clear); CoBrowseTenant: sites" },
  // The session's row, its start in the audit, and the database's own files with both.
  { marker: "the website's name", place: /^the database$|\/kubernetes\.io~empty-dir\/data\/data\//, why: "what stays: report rows, session facts" },
  { marker: "the website's name", place: /\/cobrowse\.db(-wal)?$/, why: "the same, embedded" },
  {
    marker: "the website's name",
    place: /^the logs$|\/pod-logs\/cobrowse_cobrowse-egress-gateway-/,
    text: /"decision":"/,
    why: "Egress: a structured decision log without paths (hosts kept at most 7 days)",
  },
  // What the installation of the tests itself says, wherever a cluster keeps a pod's arguments.
  { marker: "the website's name", place: /./, text: /--(private-targets|site)=/, why: "private targets and helm test's website in the platform owner's own configuration" },
];

test("nothing of a session is left when it is over", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  test.setTimeout(150_000);
  const began = Date.now();
  const address = `${stack.shop}/returns?of=${planted["the query of the first address"]}`;
  const pin = await endUser.asksForHelp(address);
  const oracle = await together(browser, endUser, agent, address, pin);
  const session = await sessionOf(endUser.page);
  await files(stack, endUser, agent, oracle);
  await says(endUser, agent);
  await agent.shared.click(...(await oracle.middle("#search")));
  await agent.shared.type(planted["typed text"]);
  await agent.shared.press("Enter");
  await expect.poll(() => stack.state().searches).toEqual([planted["typed text"]]);
  await endUser.byTestId("address").fill(`${stack.shop}${planted["an address on the way"]}`);
  await endUser.byTestId("address").press("Enter");
  await expect.poll(() => stack.state().where.path).toBe(planted["an address on the way"]);

  const cookies = Object.fromEntries(stack.cookies().map((cookie, at) => [`cookie ${at}`, cookie]));
  expect(Object.keys(cookies).length, "the shared browser and the other ones have cookies").toBeGreaterThanOrEqual(2);
  const markers: Markers = { ...planted, ...cookies, "the PIN": pin, "the website's name": new URL(stack.shop).host };
  const pod = stack instanceof Installation ? await stack.podOf(session) : undefined;
  controls(stack, markers, session, began, pod);

  await endUser.ends();
  await agent.seesTheEnd();
  if (stack instanceof Installation) await stack.seesGone(pod!);
  expect(everywhere(stack, markers, began, allowed)).toEqual([]);
  await oracle.close();
});

/** A file goes each way. */
async function files(stack: Product, endUser: EndUser, agent: Agent, oracle: Awaited<ReturnType<typeof together>>): Promise<void> {
  const chooser = await oracle.box("#receipt");
  await endUser.shared.click(chooser.x + 50, chooser.y + chooser.height / 2);
  const buffer = Buffer.from(`${planted["an uploaded file"]}\n`.repeat(2_000));
  await endUser.byTestId("file-input").setInputFiles({ name: `${planted["an uploaded file's name"]}.txt`, mimeType: "text/plain", buffer });
  await expect(endUser.byTestId("file-dialog")).toBeHidden();
  await endUser.shared.click(...(await oracle.middle("#label")));
  await expect(endUser.page.getByText("label.txt is ready")).toBeVisible();
  const saving = endUser.page.waitForEvent("download");
  await endUser.page.getByRole("button", { name: "Save" }).click();
  await saving;
  await agent.shared.click(...(await oracle.middle("#send-receipt")));
  await expect.poll(() => stack.state().uploads.length).toBe(1);
}

async function says(endUser: EndUser, agent: Agent): Promise<void> {
  await agent.opens("panel-chat");
  await endUser.opens("panel-chat");
  await agent.say(planted["the agent's message"]);
  await expect(endUser.page.getByText(planted["the agent's message"])).toBeVisible();
  await endUser.say(planted["the end user's message"]);
  await expect(agent.page.getByText(planted["the end user's message"])).toBeVisible();
}

/** What is kept, and what was written since. */
function everywhere(stack: Product, markers: Markers, began: number, but?: Allowed): Found[] {
  const kept = [...stack.written()].flatMap(([place, bytes]) => search(markers, place, bytes, but));
  return [...kept, ...search(markers, "the logs", Buffer.from(stack.printed()), but), ...stack.searchDisk(markers, began, but)];
}

/** The same search finds what is there while the session lives. */
function controls(stack: Product, markers: Markers, session: string, began: number, pod: string | undefined): void {
  const named = everywhere(stack, { "the session": session, ...markers }, began);
  expect(named.map(({ marker }) => marker)).toContain("the session");
  if (pod === undefined) return;
  // Its volumes are in the node's memory.
  const inVolumes = named.filter(({ place }) => place.includes(pod)).map(({ marker }) => marker);
  expect(inVolumes).toEqual(expect.arrayContaining(["a downloaded file", "an uploaded file"]));
}

function allowed({ marker, place, text }: Found): boolean {
  return ALLOWED.some((one) => one.marker === marker && one.place.test(place) && (one.text?.test(text) ?? true));
}
