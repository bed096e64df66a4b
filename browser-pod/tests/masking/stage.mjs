// What each test file has: one Chrome with the extension, one origin, and a tab per test.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { Chrome } from "./chrome.mjs";
import { count, decode, loud } from "./png.mjs";
import { origin } from "./site.mjs";
import { openTab } from "./tab.mjs";

export const EXTENSION = fileURLToPath(new URL("../../src/chrome/masking/extension", import.meta.url));

/** Everything a page's style can do to be seen: loud colours with the highest author importance. Labels (p) stay quiet. */
export const HOSTILE = `
  @layer labels { html, body, p, p::first-line { color: #000 !important; -webkit-text-fill-color: #000 !important; -webkit-text-stroke: 0 !important; text-shadow: none !important; } p::selection { background: #ccc !important; color: #000 !important; } }
  @layer first { *, *::before, *::after { color: #f0f !important; -webkit-text-fill-color: #f0f !important; -webkit-text-security: none !important; } }
  * { color: #f0f !important; -webkit-text-fill-color: #f0f !important; -webkit-text-security: none !important; opacity: 1 !important;
      -webkit-text-stroke: 1px #f0f !important; text-shadow: 0 0 1px #f0f !important; caret-color: #f0f !important; font-size: 20px !important;
      transition: all 9999s steps(1, end) !important; letter-spacing: 3px !important; text-indent: 4px !important; fill: #f0f !important; }
  *::placeholder { color: #f0f !important; -webkit-text-fill-color: #f0f !important; opacity: 1 !important; }
  *::selection { background: #f0f !important; color: #f0f !important; }
  *::first-line { color: #f0f !important; -webkit-text-fill-color: #f0f !important; font-size: 20px !important; }
  @starting-style { * { color: #f0f; -webkit-text-fill-color: #f0f; font-size: 20px; opacity: 1; } }`;

export const stage = { chrome: null, site: null };

/** Starts the stage for a test file. */
export function setStage(extension = EXTENSION) {
  before(async () => {
    stage.site = await origin();
    stage.chrome = await Chrome.start(extension);
    await stage.chrome.load();
  });
  after(async () => {
    await stage.chrome?.stop();
    stage.site?.stop();
  });
}

/** Shows a page of this HTML in a new tab, does something with the tab, closes it. */
export async function show(html, act, { host } = {}) {
  const path = `/${Math.random().toString(36).slice(2)}`;
  stage.site.pages[path] = html;
  const tab = await openTab(stage.chrome);
  try {
    await tab.go(stage.site.url(path, host));
    const value = await act(tab);
    assert.deepEqual(tab.faults(), []);
    return value;
  } finally {
    await tab.close();
  }
}

/** A whole hostile document around some HTML. */
export const hostile = (body) => `<!doctype html><meta charset=utf-8><style>${HOSTILE}</style>${body}`;

/** How much of the loud colour is in the tab's picture. */
export async function loudness(tab) {
  return count(decode(await tab.picture()), loud);
}

/** Nothing loud is in the picture. */
export async function assertQuiet(tab, what) {
  assert.equal(await loudness(tab), 0, `${what}: something protected is to be seen`);
}
