// Both websites on one port: the name that is asked for decides.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { start } from "./both.mjs";

let running;
before(async () => {
  running = await start({ address: "127.0.0.1", port: 0, domain: "example.test", console: "https://console.example.test" });
});
after(() => running.stop());

function get(host) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: running.port, path: "/", headers: { host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => resolve(text));
    });
    asked.on("error", reject).end();
  });
}

test("each name has its own website", async () => {
  const [shop, bank, other] = await Promise.all(["shop.example.test", "bank.example.test", "other.example.test"].map(get));
  for (const page of [shop, bank, other]) assert.match(page, /<title>/);
  assert.equal(new Set([shop, bank, other].map((page) => /<title>[^<]*/.exec(page)[0])).size, 3);
});

test("addresses of the websites are those of the domain", () => {
  assert.equal(running.site.shop, "http://shop.example.test");
  assert.equal(running.site.bank, "http://bank.example.test");
});
