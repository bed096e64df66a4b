// Texts that are shown or said outside of the page's own: tooltips, names for screen readers, placeholders, buttons, lists.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage, show } from "./stage.mjs";

setStage();
const CARD = "4111111111111111";
const BODY = `<!doctype html><meta charset=utf-8><title>words</title>
  <p id=a title="${CARD}" aria-label="pay ${CARD}" aria-description="${CARD}">x</p><img id=i alt="${CARD}"><input id=h placeholder="${CARD}">
  <select id=s><option label="${CARD}">one</select><input id=b type=submit value="${CARD}">
  <svg id=d><title>${CARD}</title><rect width=9 height=9 /></svg><p id=k title="card" aria-label="Pay">y</p>`;
const MASKED = "[h, s, b].map((one) => one.hasAttribute('cobrowse-mask')).join()";

/** All names and descriptions that a screen reader would get. */
async function spoken(tab) {
  const { nodes } = await tab.call("Accessibility.getFullAXTree");
  return nodes.map((node) => `${node.name?.value ?? ""} ${node.description?.value ?? ""}`).join("\n");
}

test("a card number in an attribute or a drawing's title", () =>
  show(BODY, async (tab) => {
    assert.equal(await tab.page("[a.title, a.ariaLabel, a.getAttribute('aria-description'), i.alt, d.textContent.trim()].join()"), ",,,,");
    assert.equal(await tab.page(MASKED), "true,true,true");
    assert.equal(await tab.page("k.title + k.ariaLabel"), "cardPay");
    await tab.page(`k.title = 'now ${CARD}'; k.ariaLabel = '${CARD}'`);
    assert.equal(await tab.page("k.title + k.ariaLabel"), "");
    // A masked field keeps what it has, for its own person.
    await tab.page("[h, s, b].forEach((one) => one.remove())");
    assert.ok(!(await spoken(tab)).includes(CARD));
  }));

test("what a field holds, in an attribute", () =>
  show(`<!doctype html><input id=p type=password><input id=c autocomplete=one-time-code><p id=a>x</p>`, async (tab) => {
    await tab.page("p.oninput = () => (a.title = 'you wrote ' + p.value); c.oninput = () => (a.ariaLabel = 'code ' + c.value); p.focus()");
    await tab.call("Input.insertText", { text: "correct-horse" });
    await tab.page("c.focus()");
    await tab.call("Input.insertText", { text: "4821" });
    assert.equal(await tab.page("a.title + a.ariaLabel"), "");
    assert.ok(!/correct-horse|4821/.test(await spoken(tab)));
  }));

test("a short code is masked where it stands as a word, and nowhere else", () =>
  show(`<!doctype html><input id=c autocomplete=one-time-code><p id=a></p><p id=b></p><p id=d></p>`, async (tab) => {
    await tab.page("c.oninput = () => { a.textContent = `Your code ${c.value}.`; b.textContent = `Order ${c.value}3`; d.textContent = 'love' }; c.focus()");
    await tab.call("Input.insertText", { text: "4821" });
    assert.equal(await tab.page("[a, b, d].map((one) => one.hasAttribute('cobrowse-mask')).join()"), "true,false,false");
    await tab.page("a.textContent = 'Order 17'");
    assert.equal(await tab.page("a.hasAttribute('cobrowse-mask')"), false);
  }));
