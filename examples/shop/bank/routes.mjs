// Every address of the bank, the second tenant's site: an overview, a transfer, and a page for frames.

import { html } from "../html.mjs";
import { redirect, send } from "../http.mjs";
import { api } from "../routes.mjs";

const page = (call, title, body) => html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Contoso Bank</title>
<link rel="stylesheet" href="/public/bank.css"><script type="module" src="/public/site.js"></script></head>
<body data-console="${call.site.console}"><header class="top"><a class="brand" href="/">Contoso Bank</a><a class="help" id="help" href="${call.site.console}/start">Get help from an agent</a></header>
<main>${body}</main><footer>A sample bank. There is no money here.</footer></body></html>`;

function overview(call) {
  const rows = call.site.state.transfers.map((one) => html`<tr><td>${one.to}</td><td>${one.reference}</td><td class="amount">− € ${one.amount}</td></tr>`);
  const body = html`<h1>Good day</h1><section class="balance"><span>Everyday account</span><b>€ 2,418.60</b></section>
<form method="post" action="/transfer"><h2>Transfer</h2><label>To<input name="to" id="to" required></label>
<label>Account number<input name="iban" id="iban" data-private></label><label>Euro<input name="amount" id="amount" type="number" min="1" max="1000" required></label>
<label>Reference<input name="reference" id="reference"></label><label>Code<input name="code" id="code" autocomplete="one-time-code" inputmode="numeric"></label><button id="transfer">Send</button></form>
<h2>Last transfers</h2><table id="transfers">${rows}</table>`;
  send(call.response, 200, page(call, "Overview", body));
}

function transfer(call) {
  const { to = "", amount = "", reference = "" } = call.form.fields;
  call.site.state.note("transfers", { to: to.slice(0, 80), amount: Number(amount) || 0, reference: reference.slice(0, 80) });
  redirect(call.response, "/");
}

function inner(call) {
  send(call.response, 200, html`<!doctype html><html lang="en"><body style="font:16px sans-serif;margin:12px;background:#eef3fb">
<label>Card at the bank <input id="bank-card" autocomplete="cc-number" inputmode="numeric"></label></body></html>`);
}

export const bankRoutes = [
  ["GET", /^\/$/, overview],
  ["POST", /^\/transfer$/, transfer],
  ["GET", /^\/inner$/, inner],
  ...api,
];
