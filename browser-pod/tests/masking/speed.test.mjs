// Masking is cheap on large pages: what a batch of changes costs in a page of ten thousand elements, printed and bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage, show } from "./stage.mjs";

setStage(process.env.COBROWSE_MASKING_TENANT);
const PAGE = `<!doctype html><meta charset=utf-8><input type=password value=correct-horse><div id=list></div><script>
  const row = (n) => '<div class=row><a href=#>Product ' + n + '</a><span>costs ' + n * 17 + ' euros</span><b>' + n + '</b><i>in stock</i></div>';
  list.innerHTML = Array.from({ length: 2000 }, (_, n) => row(n)).join('');
</script>`;
/** Generous, for machines that do other things too; the figure that counts is the printed one. */
const BOUND_MS = 60;

/** Milliseconds that the extension's observer takes after a change, best and middle of many. */
async function cost(tab, change) {
  return tab.page(`(async () => {
    const times = [];
    for (let n = 0; n < 15; n++) {
      await new Promise((done) => requestAnimationFrame(done));
      const begin = performance.now();
      ${change};
      const changed = performance.now();
      // The extension's observer is notified first, for it was made first.
      await new Promise((done) => { const o = new MutationObserver(() => { o.disconnect(); done() }); const p = document.createElement('p'); o.observe(p, { childList: true }); p.append('x') });
      times.push(performance.now() - changed);
    }
    times.sort((a, b) => a - b);
    return [times[0], times[7]];
  })()`);
}

test("a batch of changes among ten thousand elements", () =>
  show(PAGE, async (tab) => {
    await tab.uncovered();
    const figures = {
      "one text": await cost(tab, "list.children[n * 7].firstChild.firstChild.data = 'Product ' + performance.now()"),
      "one attribute": await cost(tab, "list.children[n * 7].title = 'x' + n"),
      "a hundred rows": await cost(tab, "const box = document.createElement('div'); box.innerHTML = Array.from({ length: 100 }, (_, n) => row(n)).join(''); list.append(box)"),
      "two thousand rows": await cost(tab, "list.innerHTML = Array.from({ length: 2000 }, (_, n) => row(n)).join('')"),
      "a value set": await cost(tab, "const f = document.querySelector('input'); f.value = 'correct-horse' + n"),
    };
    for (const [what, [best, middle]] of Object.entries(figures)) {
      console.log(`masking, ${what}: best ${best.toFixed(2)} ms, middle ${middle.toFixed(2)} ms`);
      // Two thousand rows are a page come anew, not a batch of changes in it.
      assert.ok(best < (what === "two thousand rows" ? 10 : 1) * BOUND_MS, what);
    }
  }));
