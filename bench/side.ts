// The two sides of a comparison: the same Chromium and page, shown by us or by the peer, watched by one person, perhaps over a
// slow link.

import { type Browser, expect, type Page } from "../e2e/harness/fixtures.ts";
import { Agent, EndUser } from "../e2e/harness/people.ts";
import { decodePng } from "../e2e/harness/png.ts";
import { variation } from "../e2e/harness/pixels.ts";
import { Stack } from "../e2e/harness/stack.ts";
import { Tap } from "../e2e/harness/tap.ts";
import { meet } from "./meet.ts";
import { Peer } from "./peer.ts";
import { tellDrawing } from "./watch.ts";
import { type Shape, ShapedLink } from "./shaped-link.ts";

export const SIDES = ["CoBrowse", "TigerVNC + noVNC"] as const;
export type Name = (typeof SIDES)[number];

/** CSS pixels of the shared page. */
const PAGE = { width: 1280, height: 720 };
/** The end user's window that gives a page of that size: the page and the bar above it. */
const WINDOW = { width: 1280, height: 780 };

export interface Side {
  readonly name: Name;
  /** The person's page, and the canvas in it. */
  readonly viewer: Page;
  readonly canvas: string;
  /** The middle of the canvas in that page's window. */
  readonly middle: { x: number; y: number };
  /** Bytes that came down to the person. */
  readonly tap: Tap;
  /** Whose trees are the server's processes, Chrome included. */
  readonly roots: readonly number[];
  readonly stack: Stack;
  end(): Promise<void>;
}

/** Shows a page of the sample shop on one side. */
export function show(name: Name, browser: Browser, path: string, shape?: Shape): Promise<Side> {
  return name === "CoBrowse" ? ours(browser, path, shape) : peers(browser, path, shape);
}

async function ours(browser: Browser, path: string, shape?: Shape): Promise<Side> {
  // Without a pod in reserve, what the tree of session-api uses is this session's.
  const stack = await Stack.start({ settings: ["--warm-pods", "0"] });
  const link = shape && (await ShapedLink.to(stack.console, shape));
  const endUser = await EndUser.arrive(browser, { viewport: WINDOW });
  await endUser.context.addInitScript(tellDrawing);
  const agent = await Agent.signIn(browser, stack, stack.signIn("northwind"));
  await meet(stack, endUser, agent, path, link?.origin);
  expect(await endUser.shared.viewport()).toEqual(PAGE);
  // People have machines of their own; a second browser on this one would be measured with the first. The agent's link
  // is down from now on, and the session waits for it.
  await agent.context.close();
  const end = async () => {
    await endUser.ends();
    await endUser.context.close();
    await link?.end();
    await stack.end();
  };
  const middle = await endUser.shared.toWindow(PAGE.width / 2, PAGE.height / 2);
  return { name: "CoBrowse", viewer: endUser.page, canvas: "[data-testid=live-canvas]", middle, tap: endUser.tap, roots: [stack.door.child.pid!], stack, end };
}

async function peers(browser: Browser, path: string, shape?: Shape): Promise<Side> {
  const stack = await Stack.start({ settings: ["--warm-pods", "0"] });
  const peer = await Peer.show(`${stack.shop}${path}`, `${PAGE.width}x${PAGE.height}`);
  const link = shape && (await ShapedLink.to(peer.origin, shape));
  const viewer = await watches(browser, peer.address(link?.origin ?? peer.origin));
  const box = await viewer.page.locator("canvas").first().boundingBox();
  const end = async () => {
    await viewer.page.context().close();
    await link?.end();
    await peer.end();
    await stack.end();
  };
  const middle = { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
  return { name: "TigerVNC + noVNC", viewer: viewer.page, canvas: "canvas", middle, tap: viewer.tap, roots: peer.programs.map((one) => one.child.pid!), stack, end };
}

async function watches(browser: Browser, address: string): Promise<{ page: Page; tap: Tap }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(tellDrawing);
  const page = await context.newPage();
  const tap = new Tap(page);
  await page.goto(address);
  const canvas = page.locator("canvas").first();
  await expect.poll(async () => variation(decodePng(await canvas.screenshot())), { timeout: 30_000 }).toBeGreaterThan(8);
  return { page, tap };
}
