// From the first paint on: pages that come slowly, bit by bit, and never show what is protected, in no frame of the screencast.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chrome } from "./chrome.mjs";
import { count, decode, loud } from "./png.mjs";
import { origin } from "./site.mjs";
import { EXTENSION, HOSTILE } from "./stage.mjs";
import { openTab } from "./tab.mjs";

let chrome;
let site;
before(async () => {
  site = await origin();
  chrome = await Chrome.start(process.env.COBROWSE_MASKING_TENANT ?? EXTENSION);
});
after(async () => {
  await chrome?.stop();
  site?.stop();
});

/** Serves parts of a page, the next one whenever the tab has shown a frame after the last. */
function slowly(parts) {
  const gates = parts.map(gate);
  const page = async (response) => {
    for (const [index, part] of parts.entries()) {
      if (index > 0) await gates[index].promise;
      response.write(part);
    }
    response.end();
  };
  return { page, next: (index) => gates[index]?.resolve() };
}
function gate() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

/** All frames that were painted while the page came, decoded. */
async function film(parts, { path = "/slow" } = {}) {
  const { page, next } = slowly(parts);
  site.pages[path] = page;
  const tab = await openTab(chrome);
  const frames = [];
  const stop = tab.onFrame((data) => frames.push(data));
  await tab.call("Page.startScreencast", { format: "png", everyNthFrame: 1 });
  const begun = gate();
  const going = tab.go(site.url(path), begun.resolve);
  going.catch(begun.resolve);
  await begun.promise;
  for (let index = 1; index < parts.length; index++) {
    // Two frames on, all that has come is painted.
    await tab.inside("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    frames.push((await tab.call("Page.captureScreenshot", { format: "png" })).data);
    next(index);
  }
  await going;
  frames.push(await tab.picture());
  await tab.call("Page.stopScreencast");
  stop();
  const faults = tab.faults();
  await tab.close();
  assert.deepEqual(faults, []);
  return [...new Set(frames)].map(decode);
}

function assertQuietFilm(frames) {
  for (const [index, frame] of frames.entries()) assert.equal(count(frame, loud), 0, `frame ${index} of ${frames.length}`);
}

const HEAD = `<!doctype html><meta charset=utf-8><style>${HOSTILE}</style>`;
const FILLER = `<!-- ${"x".repeat(2_000)} -->`;

test("the first page after loading the extension is masked, with no wait between", async () => {
  await chrome.load();
  const frames = await film([`${HEAD}<p><input type=password value=hunter2>${FILLER}`, `<p><span>4111111111111111</span>${FILLER}`, "<p>end"]);
  assertQuietFilm(frames);
  assert.ok(frames.length >= 2);
});

test("fields and numbers in a page that comes slowly", async () => {
  const frames = await film([
    `${HEAD}<p>one ${FILLER}`,
    `<p><input type=password value=hunter2hunter2><input name=cvc value=123>${FILLER}`,
    `<p>4111 1111${FILLER}`,
    `<p><span>4111 1111 1111 1111</span><script>document.querySelector('input').type = 'text'</script>${FILLER}`,
    `<p><textarea name=cardnumber>41`,
    "11111111111111</textarea>",
    `<p><span><template shadowrootmode=closed><style>${HOSTILE}</style>${FILLER}`,
    `<input type=password value=hunter2>${FILLER}`,
    "<span>4111111111111111</span></template></span><p>end",
  ]);
  assertQuietFilm(frames);
});

test("a shadow root of markup that comes late, with nothing changed around it", async () => {
  const frames = await film([`${HEAD}<p><span>${FILLER}`, `<template shadowrootmode=open><style>${HOSTILE}</style>4111111111111111 <input name=cvc value=123>${FILLER}`, "</template></span><p>end"]);
  assertQuietFilm(frames);
});

test("the tenant's selectors, from the first paint of the first navigation", { skip: !process.env.COBROWSE_MASKING_TENANT && "needs the files that the Rust test writes" }, async () => {
  const picture = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><rect width='40' height='40' fill='%23f0f'/></svg>";
  const frames = await film([
    `${HEAD}<p>one<span id=bsn>123456782</span>${FILLER}`,
    `<div class="secret">some text <b>and more</b><input value=hello></div>${FILLER}`,
    `<p><img class=photo src="${picture}"><canvas class=photo width=40 height=40></canvas>${FILLER}`,
    `<script>{ const c = document.querySelector('canvas').getContext('2d'); c.fillStyle = '#f0f'; c.fillRect(0, 0, 40, 40) }</script>${FILLER}`,
    `<p><span id=later>x</span><script>later.firstChild.data = 'private'; later.id = 'bsn'</script>`,
    `<iframe class=photo srcdoc="<body style='background:#f0f'>"></iframe><p>end`,
  ]);
  assertQuietFilm(frames);
});

test("bad selectors are found", { skip: !process.env.COBROWSE_MASKING_CHECK && "needs the script of the Rust test" }, async () => {
  const tab = await openTab(chrome);
  const answer = await tab.page(process.env.COBROWSE_MASKING_CHECK);
  assert.deepEqual(JSON.parse(answer), ["p:nonsense", "a >> b"]);
  await tab.close();
});

test("a page whose sheets never come stays blank", async () => {
  site.pages["/blank"] = `<body style="background:#f0f">hello`;
  const tab = await openTab(chrome);
  await tab.go(site.url("/blank"));
  await tab.uncovered();
  await tab.inside("veil.drop()");
  await tab.page("document.documentElement.removeAttribute('style'); document.documentElement.style.setProperty('opacity', '1', 'important')");
  const { data } = await tab.call("Page.captureScreenshot", { format: "png" });
  assert.equal(count(decode(data), loud), 0);
  await tab.close();
});

test("the service worker was ended: it is started again, and the page is shown masked", async () => {
  const workers = async () => (await chrome.call("Target.getTargets", { filter: [{}] })).targetInfos.filter(({ type }) => type === "service_worker");
  const tab = await openTab(chrome);
  for (const { targetId } of await workers()) await chrome.call("Target.closeTarget", { targetId });
  await tab.until("no worker", async () => (await workers()).length === 0);
  await tab.close();
  assertQuietFilm(await film([`${HEAD}<p><input type=password placeholder=loud value=hunter2>${FILLER}`, "<p>end"]));
});
