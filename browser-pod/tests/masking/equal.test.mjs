// Two values of different length must give the very same picture: neither glyphs nor lengths may be told from pixels.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "./png.mjs";
import { setStage, show } from "./stage.mjs";

setStage();
const STYLE = "<!doctype html><meta charset=utf-8><style>body{font:16px sans-serif} label{display:block;margin:8px} :focus{outline:2px solid blue}</style>";
const VALUES = ["4111111111111111", "5500 0000 0000 0004", "36700102000000"];

/** How the value is put there, by a function of the page `set(value)`; whether the field has the focus. */
const CASES = {
  "an input": ["<input id=f name=cardNumber>", "f.value = value"],
  "an input with the focus and its caret": ["<input id=f name=cardNumber>", "f.value = value; f.focus(); f.setSelectionRange(value.length, value.length)"],
  "an input with all selected": ["<input id=f name=cardNumber>", "f.value = value; f.focus(); f.select()"],
  "an input that was selected and left": ["<input id=f name=cardNumber><button id=b>b</button>", "f.value = value; f.focus(); f.select(); b.focus()"],
  "an input that was selected in a page that lost the focus": ["<input id=f name=cardNumber>", "f.value = value; f.focus(); f.select(); f.blur()"],
  "an input in a closed shadow root with all selected": [
    "<div id=f></div>",
    "const r = f.attachShadow({ mode: 'closed' }); r.innerHTML = `<input name=cvc value='${value}'>`; r.firstChild.focus(); r.firstChild.select()",
  ],
  "an input as wide as its content": ["<input id=f name=cardNumber style='field-sizing:content'>", "f.value = value"],
  "an empty one and a full one": ["<input id=f name=cardNumber placeholder='1234 1234'>", "f.value = value.includes(' ') ? '' : value"],
  "a password": ["<input id=f type=password>", "f.value = value; f.focus()"],
  "a password that is shown": ["<input id=f type=password>", "f.value = value; f.type = 'text'"],
  "a textarea with all selected": ["<textarea id=f name=cardNumber></textarea>", "f.value = value; f.focus(); f.select()"],
  "a textarea": ["<textarea id=f name=cardNumber rows=2 cols=10></textarea>", "f.value = value.repeat(value.includes(' ') ? 30 : 1); f.focus()"],
  "editable text": ["<div id=f contenteditable autocomplete=cc-number></div> after", "f.textContent = value; f.focus()"],
  "editable text with lines": ["<div id=f contenteditable autocomplete=cc-number></div> after", "f.innerHTML = '<div>' + value.split(' ').join('</div><div>') + '</div>'"],
  "text in a line": ["Card <span id=f></span> of yours", "f.textContent = value"],
  "text in a block": ["<div id=f></div>after", "f.textContent = value"],
  "text in a flexible box": ["<div style='display:flex'><div id=f></div><b>after</b></div>", "f.textContent = value"],
  "text in a table": ["<table border=1><tr><td id=f></td><td>after</td></table>", "f.textContent = value"],
  "text with tags in it": ["<div id=f></div>after", "f.innerHTML = value.split(' ').map((part) => '<b>' + part + '</b>').join(' ')"],
  "a select": ["<select id=f autocomplete=cc-exp-month style='width:90px'></select>", "f.innerHTML = '<option>' + value + '</option>'"],
  "an input in a closed shadow root": ["<div id=f></div>", "f.attachShadow({ mode: 'closed' }).innerHTML = `<input name=cvc value='${value}'>`"],
  "text in a closed shadow root": ["<div id=f></div>", "f.attachShadow({ mode: 'closed' }).innerHTML = `<span>${value}</span> after`"],
};

for (const [what, [body, set]] of Object.entries(CASES)) {
  test(`${what} looks the same whatever the value`, async () => {
    const pictures = [];
    for (const value of VALUES) {
      const page = `${STYLE}<label>Something</label>${body}`;
      pictures.push(
        await show(page, async (tab) => {
          await tab.page(`((value) => { ${set} })(${JSON.stringify(value)})`);
          // One frame later all that follows from it is painted.
          await tab.page("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
          return decode(await tab.picture());
        }),
      );
    }
    for (const picture of pictures.slice(1)) {
      const first = pictures[0].data;
      let different = 0;
      for (let at = 0; at < first.length; at++) if (first[at] !== picture.data[at]) different++;
      assert.equal(different, 0);
    }
  });
}
