// The sample websites as programs see them: pages, orders, uploads, limits.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { luhn } from "./order.mjs";
import { start } from "./server.mjs";

let running;
const at = (path) => running.site.shop.replace("shop.localhost", "127.0.0.1") + path;
const state = () => fetch(at("/api/state")).then((response) => response.json());
const card = "4111 1111 1111 1111";
const right = { name: "Ada", street: "Dam 1", postcode: "1012 JS", city: "Amsterdam", country: "NL", card, expires: "12/29", cvc: "123", code: "123456" };

before(async () => (running = await start({ port: 0, bankPort: 0 })));
after(() => running.stop());

async function visit() {
  const first = await fetch(at("/"));
  const cookie = first.headers.get("set-cookie").split(";")[0];
  const post = (path, fields) => fetch(at(path), { method: "POST", headers: { cookie }, body: new URLSearchParams(fields), redirect: "manual" });
  return { cookie, post };
}

test("every page answers", async () => {
  for (const path of ["/", "/guide", "/search?q=tent", "/product/ridge-tent", "/account", "/checkout", "/returns", "/lab", "/lab/dialogs", "/lab/frames", "/lab/inner", "/lab/drag", "/lab/trail", "/lab/windows", "/lab/keys", "/size-guide", "/public/site.css", "/public/site.js"]) {
    const response = await fetch(at(path));
    assert.equal(response.status, 200, path);
    assert.ok((await response.text()).length > 100, path);
  }
  assert.equal((await fetch(at("/nowhere"))).status, 404);
  assert.equal((await fetch(at("/public/server.js"))).status, 404);
});

test("an order is taken once all is right, and no card number is kept", async () => {
  const { post } = await visit();
  await post("/cart", { product: "ridge-tent" });
  const wrong = await post("/checkout", { ...right, card: "4111 1111 1111 1112" });
  assert.match(decodeURIComponent(wrong.headers.get("location")), /card number is not right/);
  const taken = await post("/checkout", right);
  assert.match(taken.headers.get("location"), /^\/order\/NW-\d{6}$/);
  const seen = await state();
  assert.equal(seen.orders.at(-1).city, "Amsterdam");
  assert.equal(seen.orders.at(-1).cardLastFour, "1111");
  assert.ok(!JSON.stringify(seen).includes("41111111"));
});

test("a receipt arrives whole", async () => {
  const body = new FormData();
  body.append("receipt", new Blob(["paid"], { type: "text/plain" }), "receipt.txt");
  await fetch(at("/returns"), { method: "POST", body, redirect: "manual" });
  assert.deepEqual({ ...(await state()).uploads.at(-1), sum: "" }, { name: "receipt.txt", type: "text/plain", size: 4, sum: "" });
});

test("a report of where a visitor is does not undo a later one", async () => {
  for (const [told, focus] of [[2, "card"], [1, "name"]]) {
    await fetch(at("/api/where"), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ told, path: "/", scrollY: 0, focus }) });
  }
  assert.equal((await state()).where.focus, "card");
});

test("what a visitor writes is escaped", async () => {
  const page = await (await fetch(at("/search?q=%3Cscript%3E"))).text();
  assert.ok(page.includes("&lt;script&gt;") && !page.includes("“<span id=\"searched\"><script>"));
});

test("the partner page leaves to a host that no tenant owns", async () => {
  const response = await fetch(at("/partner"), { redirect: "manual" });
  assert.match(response.headers.get("location"), /^http:\/\/elsewhere\.localhost:\d+\/$/);
});

test("check digits", () => {
  assert.ok(luhn("4111111111111111") && !luhn("4111111111111112") && !luhn(""));
});
