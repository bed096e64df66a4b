// Returns: a receipt is uploaded and shown again.

import { createHash } from "node:crypto";
import { html } from "../html.mjs";
import { download, redirect, send } from "../http.mjs";
import { layout } from "../layout.mjs";

const KEPT = 8;
const received = new Map();

export function returns(call) {
  const last = call.site.state.uploads.at(-1);
  const body = html`<h1>Returns and receipts</h1><p><a id="label" href="/returns/label">Download the label for your parcel</a></p>
<form method="post" action="/returns" enctype="multipart/form-data" class="stack">
  <label>Order number<input name="order" id="return-order" placeholder="NW-123456"></label>
  <label class="drop">Receipt, a picture or a PDF<input type="file" name="receipt" id="receipt" accept="image/*,.pdf,.txt" multiple></label>
  <button class="button" id="send-receipt">Send the receipt</button>
</form>
${last && html`<section class="note"><h2 id="received">Received: ${last.name}</h2><p>${last.size} bytes, ${last.type || "unknown kind"}</p>
${last.type.startsWith("image/") && html`<img class="receipt" src="/receipt/${last.sum}" alt="Your receipt">`}</section>`}`;
  send(call.response, 200, layout(call, "Returns", body));
}

export function takeReceipt(call) {
  for (const file of call.form.files.slice(0, 10)) {
    const sum = createHash("sha256").update(file.content).digest("hex");
    call.site.state.note("uploads", { name: file.name, type: file.type, size: file.size, sum });
    received.set(sum, file);
    if (received.size > KEPT) received.delete(received.keys().next().value);
  }
  redirect(call.response, "/returns");
}

export function label(call) {
  download(call.response, "label.txt", "text/plain", "Northwind Outdoor\nReturns, Harbour 12\n");
}

export function receipt(call) {
  const file = received.get(call.parts[0]);
  if (!file?.type.startsWith("image/")) return send(call.response, 404, "");
  call.response.writeHead(200, { "content-type": file.type, "content-security-policy": "sandbox", "x-content-type-options": "nosniff" });
  call.response.end(file.content);
}
