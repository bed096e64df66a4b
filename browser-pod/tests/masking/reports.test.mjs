// What the pod is told: fields, their rectangles and texts, frames in frames, the focus; only when it changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage, show, stage } from "./stage.mjs";

setStage();
const CARD = "4111111111111111";
const STYLE = "<!doctype html><meta charset=utf-8><style>body{margin:0;font:16px sans-serif}.at{position:absolute;left:40px;top:60px;width:200px;height:30px;box-sizing:border-box;margin:0;border:0;padding:0}</style>";
const one = (tab, frame) => tab.until("one field", () => (tab.fields(frame)?.fields.length === 1 ? tab.fields(frame).fields[0] : null));

test("a field: kind, rectangle, text, font", () =>
  show(`${STYLE}<input class=at name=cardnumber value="${CARD}" style="font-size:20px">`, async (tab) => {
    const field = await one(tab);
    assert.deepEqual([field.kind, field.look, field.x, field.y, field.w, field.h], ["card", "field", 40, 60, 200, 30]);
    assert.deepEqual([field.text, field.font, field.password, field.focused], [CARD, 20, false, false]);
  }));

test("a password: its text only while the page shows it, dots before", () =>
  show(`${STYLE}<input id=p class=at type=password value=hunter2>`, async (tab) => {
    const field = await one(tab);
    assert.deepEqual([field.text, field.password], ["\u2022".repeat(7), true]);
    const told = tab.reports.filter((report) => report.kind !== "secrets");
    assert.ok(!told.some((report) => report.payload.includes("hunter2")));
    await tab.page("p.type = 'text'");
    const shown = await tab.until("shown", () => tab.fields().fields.find((one) => one.text === "hunter2"));
    assert.deepEqual([shown.id, shown.kind, shown.password], [field.id, "password", false]);
  }));

test("typing, the selection and the focus", () =>
  show(`${STYLE}<input id=c class=at autocomplete=one-time-code><input id=o style="position:absolute;top:200px">`, async (tab) => {
    await one(tab);
    await tab.page("c.focus()");
    await tab.until("the focus is told", () => tab.focus()?.protected);
    await tab.call("Input.insertText", { text: "123456" });
    const field = await tab.until("the code", () => tab.fields().fields.find((one) => one.text === "123456"));
    assert.deepEqual([field.focused, field.selection], [true, [6, 6]]);
    await tab.page("c.setSelectionRange(1, 3)");
    await tab.until("the selection", () => tab.fields().fields[0].selection?.join() === "1,3");
    await tab.page("o.focus()");
    await tab.until("the focus has left", () => tab.focus().protected === false);
    const told = tab.reports.filter((report) => report.frame === tab.target).map((report) => report.sequence);
    assert.deepEqual(told, [...told].sort((a, b) => a - b));
    assert.equal(new Set(told).size, told.length);
  }));

test("the focus is told within the event, before the page's own handlers can do anything with it", () =>
  show(`${STYLE}<input id=c type=password onfocus="globalThis.seen = performance.now(); while (performance.now() < seen + 300);">`, async (tab) => {
    const busy = tab.page("c.focus()");
    await tab.until("told", () => tab.focus()?.protected);
    await busy;
    assert.deepEqual(JSON.parse(await tab.inside("JSON.stringify(cobrowse.focus())")), { focused: true, protected: true, id: "f1", frame: null });
  }));

test("scrolling, clipping, covering, removing", () =>
  show(`${STYLE}<div id=s style="position:absolute;left:10px;top:10px;width:100px;height:50px;overflow:auto"><input name=cvc style="position:absolute;top:20px;left:0;width:300px;height:100px;box-sizing:border-box"></div>
    <div id=over style="position:absolute;inset:0;background:#fff;display:none"></div><div style="height:3000px"></div>`, async (tab) => {
    const field = await one(tab);
    assert.deepEqual([field.x, field.y], [10, 30]);
    assert.ok(field.w <= 100 && field.h <= 30);
    await tab.page("s.scrollTop = 15");
    await tab.until("scrolled", () => tab.fields().fields[0].y === 15);
    await tab.page("over.style.display = 'block'; over.textContent = 'x'");
    await tab.until("covered", () => tab.fields().fields.length === 0);
    await tab.page("over.remove()");
    await tab.until("uncovered", () => tab.fields().fields.length === 1);
    await tab.page("scrollTo(0, 1000)");
    await tab.until("out of view", () => tab.fields().fields.length === 0);
    await tab.page("scrollTo(0, 0); s.remove()");
    await tab.page("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    assert.equal(tab.fields().fields.length, 0);
  }));

test("nothing is sent when nothing changes, or nothing is protected", () =>
  show(`${STYLE}<p id=p>text</p><input id=c name=cvc value=1>`, async (tab) => {
    await one(tab);
    await tab.until("alive", () => tab.reports.some((report) => report.kind === "alive"));
    const before = tab.reports.length;
    await tab.page(`new Promise((done) => { let n = 0; const go = () => { p.firstChild.data = 'text ' + n; n++ < 30 ? requestAnimationFrame(go) : done(); }; go(); })`);
    assert.equal(tab.reports.length, before);
    await tab.page("c.remove()");
    await tab.until("gone", () => tab.fields().fields.length === 0);
  }));

test("closed shadow roots", () =>
  show(`${STYLE}<div id=h></div>`, async (tab) => {
    await tab.page(`h.attachShadow({ mode: 'closed' }).innerHTML = '<div></div>'.replace('></', ' id=x></') + '<input style="position:absolute;left:7px;top:9px" name=cvc value=321>'`);
    const field = await one(tab);
    assert.deepEqual([field.text, field.x, field.y], ["321", 7, 9]);
  }));

test("frames of other sites in one another, named from outside", () => {
  const { site } = stage;
  site.pages["/deep"] = `${STYLE}<input class=at name=cvc value=777>`;
  site.pages["/middle"] = `${STYLE}<iframe src="${site.url("/deep", "b.localhost")}" style="position:absolute;left:5px;top:6px;border:2px solid;padding:3px;width:300px;height:200px"></iframe>`;
  return show(`${STYLE}<div id=h></div><script>h.attachShadow({ mode: 'closed' }).innerHTML = '<iframe src="${site.url("/middle", "a.localhost")}" style="position:absolute;left:100px;top:50px;border:0;width:400px;height:300px;transform:scale(0.5);transform-origin:0 0"></iframe>'</script>`, async (tab) => {
    const deep = await tab.until("the deep frame", () => [...tab.worlds.keys()].find((frame) => tab.fields(frame)?.fields.length === 1));
    const middle = tab.parent(deep);
    assert.equal(tab.parent(middle), tab.target);
    await tab.name(deep);
    await tab.name(middle);
    const outer = await tab.until("the outer place", () => tab.fields()?.frames[0]);
    const inner = await tab.until("the inner place", () => tab.fields(middle)?.frames[0]);
    assert.deepEqual([outer.name, outer.x, outer.y, outer.scale], [middle, 100, 50, 0.5]);
    assert.deepEqual([inner.name, inner.x, inner.y, inner.scale], [deep, 10, 11, 1]);
    assert.deepEqual([outer.seen.w, outer.seen.h], [200, 150]);
  });
});

test("what fields hold is told before the page can say it, in view or not, and what they held", () =>
  show(`${STYLE}<input id=p class=at type=password oninput="alert(p.value)"><div style="height:5000px"></div><input id=far autocomplete=one-time-code value=4821>`, async (tab) => {
    const secrets = () => tab.reports.findLast((report) => report.kind === "secrets")?.values;
    await tab.until("the code out of view", () => secrets()?.includes("4821"));
    await tab.page("p.focus()");
    const asked = tab.until("the question", () => (tab.dialogs.length > 0 ? { secrets: secrets() } : null));
    void tab.call("Input.insertText", { text: "hunter2" }).catch(() => {});
    assert.ok((await asked).secrets.includes("hunter2"), "it was not told before the question");
    await tab.call("Page.handleJavaScriptDialog", { accept: true });
    await tab.page("p.oninput = null; far.focus(); p.value = ''");
    await tab.page("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    assert.ok(secrets().includes("hunter2"), "a value that was left is remembered");
  }));

test("the extension says that it works, once the document was painted, and in every frame", () =>
  show(`${STYLE}<p>text</p><iframe srcdoc="<p>inside"></iframe><iframe id=b></iframe>`, async (tab) => {
    await tab.until("three documents", () => tab.worlds.size === 3);
    await tab.until("all speak", () => [...tab.worlds.keys()].every((frame) => tab.reports.some((one) => one.frame === frame && one.kind === "alive")));
    assert.equal(await tab.inside("cobrowse.alive()"), true);
  }));
