// The page can neither see nor call, forge, block or break the channel and the world in which the masks are made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertQuiet, hostile, setStage, show } from "./stage.mjs";

setStage();
const STYLE = "<!doctype html><meta charset=utf-8>";

test("neither the binding nor anything else of the extension is in the page's world", () =>
  show(`${STYLE}<input name=cvc value=1><iframe id=f></iframe>`, async (tab) => {
    for (const name of ["cobrowseReport", "cobrowse", "marks", "watch", "dom", "TENANT_SELECTORS"]) {
      assert.equal(await tab.page(`typeof ${name} + typeof window[${JSON.stringify(name)}] + typeof f.contentWindow[${JSON.stringify(name)}]`), "undefinedundefinedundefined", name);
    }
    assert.equal(await tab.page("typeof chrome === 'object' && typeof chrome.dom"), await tab.page("typeof chrome === 'object' && 'undefined'"));
    assert.equal(await tab.inside("typeof cobrowseReport"), "function");
  }));

const BREAKERS = {
  "prototypes": `for (const [type, names] of [[Element, ['matches', 'setAttribute', 'getAttribute', 'hasAttribute', 'attachShadow', 'closest']], [Node, ['contains', 'getRootNode', 'insertBefore']],
      [EventTarget, ['addEventListener', 'dispatchEvent']], [Document, ['querySelectorAll', 'createTreeWalker']], [Array, ['map', 'join', 'push']], [Set, ['add', 'has']], [WeakMap, ['get', 'set', 'has']],
      [String, ['match', 'matchAll', 'replace', 'toLowerCase']], [RegExp, ['test', 'exec']], [Function, ['call', 'apply', 'bind']]])
      for (const name of names) type.prototype[name] = () => { throw new Error('broken') };
    globalThis.MutationObserver = globalThis.requestAnimationFrame = JSON.stringify = () => {}; globalThis.Event = globalThis.CustomEvent = null;`,
  "names in the markup": `document.write('<form id=forms name=querySelectorAll></form>' + ['createTreeWalker', 'querySelectorAll', 'documentElement', 'activeElement', 'readyState', 'body', 'hasFocus', 'cobrowseReport', 'cobrowse', 'requestAnimationFrame', 'MutationObserver']
      .map((name) => '<img name=' + name + ' id=' + name + '>').join('') + '<form>' + ['matches', 'getAttribute', 'parentNode', 'style', 'children', 'nodeType', 'localName', 'isConnected', 'attributes', 'childElementCount'].map((name) => '<input name=' + name + '>').join(''))`,
  "listeners that stop all events": `for (const name of ['cobrowse-look', 'input', 'focusin', 'change', 'keydown']) { addEventListener(name, (e) => e.stopImmediatePropagation(), true); document.addEventListener(name, (e) => e.stopImmediatePropagation(), true) }`,
};
for (const [what, script] of Object.entries(BREAKERS)) {
  test(`${what} do not reach it`, () =>
    show(hostile(`<script>globalThis.$ = (id) => document.getElementById(id); const attach = Element.prototype.attachShadow; ${script}</script>
      <p><input id=p1 type=password value=hunter2><p><input id=p2><p><span id=h1></span>
      <script>try { $('h1').attachShadow({ mode: 'closed' }).innerHTML = '<input type=password value=hunter2 style="color:#f0f!important">' } catch { attach.call($('h1'), { mode: 'closed' }).innerHTML = '<input type=password value=hunter2>' }</script>`), async (tab) => {
      await tab.page("$('p1').type = 'text'; $('p2').value = '4111111111111111'");
      await tab.page("$('p1').focus()");
      await assertQuiet(tab, what);
      await tab.until("told", () => tab.focus()?.protected);
      await tab.until("reported", () => tab.fields()?.fields.length >= 2);
    }));
}

test("the page sees nothing of the events that tell of shadow roots and values", () =>
  show(`${STYLE}<script>globalThis.seen = 0; for (const target of [window, document]) target.addEventListener('cobrowse-look', () => seen++, true)</script><div id=h></div><input id=i>`, async (tab) => {
    await tab.page("h.attachShadow({ mode: 'open' }); i.value = 'some value'");
    assert.equal(await tab.page("seen"), 0);
  }));

test("hooked functions look and fail as their own", () =>
  show(`${STYLE}<div id=h></div><input id=i>`, async (tab) => {
    assert.deepEqual(
      await tab.page(`(() => { const out = [Element.prototype.attachShadow.length, Element.prototype.attachShadow.name, h.attachShadow({ mode: 'open' }) === h.shadowRoot];
        try { h.attachShadow({ mode: 'open' }) } catch (e) { out.push(e.name) }
        try { HTMLInputElement.prototype.value = 1 } catch (e) { out.push(e.name) }
        try { new Element.prototype.attachShadow() } catch (e) { out.push(e.name) }
        i.value = 5; out.push(i.value); return out })()`),
      [1, "attachShadow", true, "NotSupportedError", "TypeError", "TypeError", "5"],
    );
  }));

test("forged events and marks make no false reports", () =>
  show(`${STYLE}<div id=h>plain</div><input id=i value=plain>`, async (tab) => {
    const before = tab.reports.length;
    await tab.page("for (const type of ['cobrowse-look', 'input', 'focusin', 'change']) { for (const on of [window, document, h, i]) on.dispatchEvent(new Event(type, { bubbles: true, composed: true })) }");
    await tab.page("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    assert.ok(!tab.reports.slice(before).some((report) => report.protected || report.fields?.length));
  }));
