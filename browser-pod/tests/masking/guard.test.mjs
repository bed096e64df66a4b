// An agent carries nothing protected out of the page or into it; the end user may.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage, show } from "./stage.mjs";

setStage();
const PAGE = `<!doctype html><meta charset=utf-8><p id=t>before <span>4111 1111 1111 1111</span> after</p><input id=c name=cvc value=123><input id=o value=plain>
  <script>globalThis.log = []; for (const type of ['copy', 'cut', 'paste', 'beforeinput', 'keydown']) addEventListener(type, (e) => log.push(type + (e.defaultPrevented ? '-' : '+')))</script>`;
const did = (tab, act) => tab.page(`log.length = 0; ${act}; log.join()`);

async function type(tab, text) {
  await tab.call("Input.dispatchKeyEvent", { type: "keyDown", key: text, text });
  await tab.call("Input.dispatchKeyEvent", { type: "keyUp", key: text });
}

test("copying", () =>
  show(PAGE, async (tab) => {
    const text = "getSelection().selectAllChildren(t); document.execCommand('copy')";
    const field = "c.focus(); c.select(); document.execCommand('copy')";
    const plain = "o.focus(); o.select(); document.execCommand('copy')";
    assert.equal(await did(tab, text), "");
    assert.equal(await did(tab, field), "");
    assert.equal(await did(tab, plain), "copy+");
    await tab.inside("cobrowse.acts('end_user')");
    assert.equal(await did(tab, text), "copy+");
    assert.equal(await did(tab, field), "copy+");
    await tab.inside("cobrowse.acts('agent')");
    assert.equal(await did(tab, text), "");
    assert.equal(await did(tab, "c.focus(); c.select(); document.execCommand('cut')"), "");
    assert.equal(await tab.page("c.value"), "123");
  }));

test("typing and pasting", () =>
  show(PAGE, async (tab) => {
    await tab.page("c.focus()");
    await type(tab, "4");
    assert.equal(await tab.page("c.value.length"), 4, "before anybody was named");
    await tab.inside("cobrowse.acts('agent')");
    await type(tab, "5");
    await tab.call("Input.insertText", { text: "6" });
    assert.equal(await tab.page("c.value.length"), 4, "an agent");
    await tab.page("o.focus()");
    await type(tab, "7");
    assert.equal(await tab.page("o.value.length"), 6, "an agent elsewhere");
    await tab.inside("cobrowse.acts('end_user')");
    await tab.page("c.focus()");
    await type(tab, "8");
    assert.equal(await tab.page("c.value.length"), 5, "the end user");
  }));

test("dragging", () =>
  show(PAGE, async (tab) => {
    await tab.page("globalThis.drags = []; addEventListener('dragstart', (e) => drags.push(e.target.nodeName)); getSelection().selectAllChildren(t)");
    const { x, y } = await tab.page("(() => { const r = document.createRange(); r.selectNode(t.firstChild); const b = r.getBoundingClientRect(); return { x: b.x + 10, y: b.y + b.height / 2 } })()");
    const mouse = (kind, dx) => tab.call("Input.dispatchMouseEvent", { type: kind, x: x + dx, y, button: "left", buttons: 1, clickCount: 1 });
    await mouse("mousePressed", 0);
    for (const dx of [5, 20, 60]) await mouse("mouseMoved", dx);
    await mouse("mouseReleased", 60);
    assert.deepEqual(await tab.page("drags"), []);
  }));
