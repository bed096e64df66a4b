// Pages that do all they can to have protected content painted in a loud colour. None of it may be in a picture.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOSTILE, assertQuiet, hostile, loudness, setStage, show, stage } from "./stage.mjs";

setStage();
/** Loud as well, but with no transitions, that would go on when a mask is taken off. */
const PLAIN = "<!doctype html><meta charset=utf-8><style>body { color: #f0f; font-size: 20px }</style>";
const CARD = "4111111111111111";

test("the tests can see: unprotected text is loud", () =>
  show(hostile("<p>1 <span>hello</span> <input value=hello>"), async (tab) => assert.ok((await loudness(tab)) > 200)));

const QUIET = {
  "a password": "<p><input type=password value=hunter2hunter2>",
  "inline important": `<p><input type=password value=hunter2 style="color:#f0f!important;-webkit-text-fill-color:#f0f!important;-webkit-text-security:none!important;background:#f0f!important">`,
  "each autocomplete": ["cc-number", "cc-csc", "cc-exp", "cc-name", "section-a billing cc-number", "one-time-code", "new-password"]
    .map((name) => `<p><input autocomplete="${name}" value=12345678>`)
    .join(""),
  "a card number in a plain field": `<p><input value="4111-1111 1111-1111"><p><textarea rows=1>${CARD}</textarea>`,
  "names that hint": ["name=cardNumber", "id=card_no", "name=cvv", "placeholder='Kaartnummer'", "aria-label='IBAN'", "name=smsCode", "pattern='[0-9]{16}'", "name=passcode"]
    .map((hint) => `<p><input ${hint} value=12>`)
    .join(""),
  "labels that hint": `<p><label style="font-size:0!important;opacity:0!important">Card number <input value=41></label>`,
  "one box for each digit": `<p>${"<input maxlength=1 inputmode=numeric value=7>".repeat(6)}`,
  "editable text": `<p>a<div contenteditable autocomplete=cc-number>4111<b>1111</b><div>22</div></div><div contenteditable>${CARD}</div>`,
  "a card number in text": `<p>a<span>${CARD}</span><div>4111 1111 1111 1111</div><div><span>4111</span> <b>1111</b> <i>1111</i> <span>1111</span></div>`,
  "a card number in a table": `<table><tr><td>${CARD}<td>4111-1111-1111-1111</table>`,
  "a card number in a drawing's text": `<svg width=300 height=40><text x=5 y=25 textLength=250>${CARD}</text></svg>`,
  "placeholders": "<p><input autocomplete=cc-number placeholder='ends in 4242'>",
  "a select": "<p><select autocomplete=cc-exp-month><option>01<option selected>December 2031</select>",
  "dates": "<p><input type=month autocomplete=cc-exp value=2031-12><input type=number autocomplete=cc-csc value=123>",
};
for (const [what, body] of Object.entries(QUIET)) test(`${what} is not painted`, () => show(hostile(body), (tab) => assertQuiet(tab, what)));

test("a show-password script, before and after", () =>
  show(hostile("<p><input id=p type=password value=hunter2hunter2>"), async (tab) => {
    await tab.page("p.type = 'text'; p.removeAttribute('cobrowse-mask'); p.className = 'x'");
    await assertQuiet(tab, "after show");
    await tab.page("{ const n = p.cloneNode(); n.value = p.value; p.replaceWith(n); }");
    await assertQuiet(tab, "a clone");
    await tab.page("document.body.innerHTML = '<p><input id=p name=q value=hunter2hunter2>'");
    await assertQuiet(tab, "made anew");
  }));

test("a password that is shown in the task in which it is made", () =>
  show(hostile("<p id=at>"), async (tab) => {
    await tab.page("at.innerHTML = '<input type=password value=hunter2hunter2>'; at.firstChild.type = 'text'");
    await assertQuiet(tab, "shown at once");
  }));

test("a field that another frame made", () =>
  show(hostile("<iframe id=f style='opacity:0!important'></iframe><p id=at>"), async (tab) => {
    await tab.page(`new Promise((done) => { const d = f.contentDocument; d.body.innerHTML = '<input type=password value=hunter2>';
      requestAnimationFrame(() => { const i = d.querySelector('input'); at.append(document.adoptNode(i)); i.type = 'text'; i.removeAttribute('cobrowse-mask'); done(); }); })`);
    await assertQuiet(tab, "adopted");
  }));

const SHADOW = `<style>${HOSTILE} :host { color: #f0f !important; }</style>`;
for (const mode of ["open", "closed"]) {
  test(`a ${mode} shadow root`, () =>
    show(hostile("<p id=at><span id=h></span><i id=g></i>"), async (tab) => {
      await tab.page(`globalThis.r = g.appendChild(document.createElement('span')).attachShadow({ mode: '${mode}' });
        r.innerHTML = ${JSON.stringify(SHADOW)} + '<input type=password placeholder=secret value=hunter2><input name=cvc value=123><span>${CARD}</span><div contenteditable autocomplete=cc-number>4111<b>11</b></div>'`);
      await assertQuiet(tab, "filled at once");
      await tab.page(`r.querySelector('input').style.setProperty('-webkit-text-fill-color', '#f0f', 'important'); r.querySelector('input').type = 'text'`);
      await assertQuiet(tab, "inline in the root");
      await tab.page(`{ const s = new CSSStyleSheet(); s.replaceSync('@layer a { * { -webkit-text-fill-color: #f0f !important; font-size: 20px !important } } #x { color: #f0f !important }');
        r.adoptedStyleSheets = [s]; const i = r.appendChild(document.createElement('input')); i.id = 'x'; i.autocomplete = 'cc-number'; i.value = '${CARD}' }`);
      await assertQuiet(tab, "adopted sheets");
      await tab.page(`{ const inner = r.appendChild(document.createElement('div')).attachShadow({ mode: '${mode}' });
        inner.innerHTML = ${JSON.stringify(SHADOW)} + '<input type=password value=hunter2>' }`);
      await assertQuiet(tab, "a root in a root");
    }));
}

test("slotted and host rules of an inner root", () =>
  show(hostile("<p id=at><span id=h></span>"), async (tab) => {
    await tab.page(`{ const outer = h.appendChild(document.createElement('div')).attachShadow({ mode: 'closed' });
      outer.innerHTML = '<section><span>${CARD}</span></section>';
      outer.querySelector('section').attachShadow({ mode: 'closed' }).innerHTML =
        '<style>::slotted(*) { color: #f0f !important; -webkit-text-fill-color: #f0f !important; font-size: 20px !important; -webkit-text-security: none !important }</style><slot></slot>' }`);
    await assertQuiet(tab, "slotted");
  }));

test("declarative shadow roots", () =>
  show(hostile(`<p><span><template shadowrootmode=closed>${SHADOW}<input type=password value=hunter2><span>${CARD}</span></template></span>`), (tab) =>
    assertQuiet(tab, "declarative")));

test("frames: srcdoc, about:blank, another site, sandboxed, in one another", () => {
  const inner = hostile("<input type=password value=hunter2>");
  const { site } = stage;
  site.pages["/inner"] = inner;
  site.pages["/outer"] = hostile(`<input name=cvc value=123><iframe src="${site.url("/inner", "b.localhost")}"></iframe>`);
  const quoted = inner.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const page = hostile(`<p><iframe srcdoc="${quoted}"></iframe><iframe sandbox srcdoc="${quoted}"></iframe><iframe id=blank></iframe>
    <iframe src="${site.url("/outer", "a.localhost")}" height=250 width=400></iframe>
    <script>blank.contentDocument.body.innerHTML = ${JSON.stringify(`<style>${HOSTILE}</style><input autocomplete=cc-number value=1>`)}</script>`);
  return show(page, (tab) => assertQuiet(tab, "frames"));
});

test("the top layer", () =>
  show(hostile(`<dialog id=d>Pay <input autocomplete=cc-number value=${CARD}><span>${CARD}</span></dialog><div popover id=o>${CARD}</div>`), async (tab) => {
    await tab.page("d.style.cssText = 'color: black !important; -webkit-text-fill-color: black !important; -webkit-text-stroke: 0 !important; text-shadow: none !important'; d.showModal()");
    await assertQuiet(tab, "a dialog");
    await tab.page("d.close(); o.showPopover()");
    await assertQuiet(tab, "a popover");
  }));

test("document.write and document.open", () =>
  show(hostile("<p>"), async (tab) => {
    await tab.page(`document.open(); document.write(${JSON.stringify(hostile("<p><input id=p type=password value=hunter2><input id=q name=x>"))}); document.close()`);
    await assertQuiet(tab, "written");
    await tab.page(`p.type = 'text'; q.value = '${CARD}'`);
    await assertQuiet(tab, "changed after it was written");
  }));

test("a field with its text selected", () =>
  show(hostile("<p><input id=i autocomplete=cc-number value=4111111111111111><p><textarea id=t name=cardNumber>4111111111111111 x y z</textarea>"), async (tab) => {
    for (const id of ["i", "t"]) {
      await tab.page(`${id}.focus(); ${id}.select()`);
      await assertQuiet(tab, id);
    }
  }));

test("generated content and highlights", () =>
  show(hostile(`<style>b::before, b::after, input::before { content: attr(data-x); } ::highlight(h) { color: #f0f; background: #f0f }</style><p><b id=b data-x=${CARD}>${CARD}</b>`), async (tab) => {
    await tab.page("CSS.highlights.set('h', new Highlight(new StaticRange({ startContainer: b.firstChild, startOffset: 0, endContainer: b.firstChild, endOffset: 9 })))");
    await assertQuiet(tab, "highlighted");
    await tab.page("getSelection().selectAllChildren(b)");
    await assertQuiet(tab, "selected");
  }));

test("values that the page shows elsewhere too", () =>
  show(PLAIN + "<p><input id=p type=password><p><span id=m></span><input id=n style='color:#f0f'><div id=t></div>", async (tab) => {
    await tab.page("p.oninput = () => { m.textContent = p.value; n.value = p.value; t.innerHTML = '<b>You wrote ' + p.value + '</b>' }; p.focus(); m.textContent = n.value = ''");
    await tab.call("Input.insertText", { text: "correct-horse" });
    await assertQuiet(tab, "mirrors");
    await tab.page("p.value = ''; m.textContent = 'gone'");
    assert.ok((await loudness(tab)) > 0, "a mirror that shows nothing any more is text again");
  }));

test("typing: from the first key where something hints at it", () =>
  show(hostile("<p><input id=c name=cardnumber><p><input id=k autocomplete=one-time-code>"), async (tab) => {
    for (const id of ["c", "k"]) {
      await tab.page(`${id}.focus()`);
      for (const digit of "4111") {
        await tab.call("Input.insertText", { text: digit });
        await assertQuiet(tab, "a key");
      }
    }
  }));

test("typing: a card number in a field that nothing hints at, with its last digit", () =>
  show(hostile("<p><input id=c>"), async (tab) => {
    await tab.page("c.focus()");
    await tab.call("Input.insertText", { text: CARD.slice(0, 15) });
    assert.ok((await loudness(tab)) > 0);
    await tab.call("Input.insertText", { text: "1" });
    await assertQuiet(tab, "the last digit");
    await tab.page("c.value = 'free'");
    await assertQuiet(tab, "and then for ever");
  }));

test("text of an order number is not a card", () =>
  show(hostile("<p><span>4111111111111112</span><span>2026-11-22 06:17:22</span>"), async (tab) => assert.ok((await loudness(tab)) > 200)));

test("a card number is masked where a framework puts it later, and freed when it goes", () =>
  show(PLAIN + "<p><span id=s>Order</span>", async (tab) => {
    await tab.page(`s.firstChild.data = '${CARD}'`);
    await assertQuiet(tab, "set as data");
    await tab.page("s.firstChild.data = 'Order 12'");
    assert.ok((await loudness(tab)) > 0);
  }));
