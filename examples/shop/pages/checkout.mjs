// Cart, checkout and the order: address, delivery day, wrapping colour, card, one-time code, invoice.

import { randomInt } from "node:crypto";
import { html } from "../html.mjs";
import { download, redirect, send } from "../http.mjs";
import { layout } from "../layout.mjs";
import { productOf } from "../products.mjs";
import { fault } from "../order.mjs";

const total = (cart) => cart.reduce((sum, line) => sum + productOf(line.id).price, 0);

const field = (label, id, attributes, wide = false) =>
  html`<label class="${wide ? "wide" : ""}">${label}<input id="${id}" name="${id}" ${attributes}></label>`;

export function checkout(call) {
  const { cart } = call.me;
  const problem = call.url.searchParams.get("problem");
  const lines = cart.map((line) => html`<li><span>${productOf(line.id).name}</span><small>${line.size}, ${line.colour}</small><b>€ ${productOf(line.id).price}</b></li>`);
  const empty = html`<h1>Your cart is empty</h1><p><a class="button" href="/">Find something</a></p>`;
  const body = html`<h1>Checkout</h1>
${problem && html`<p class="warn" role="alert" id="problem">${problem}</p>`}
<div class="two"><form method="post" action="/checkout" class="fields" id="checkout" novalidate>${address()}${delivery()}${payment()}
<button class="button wide" id="place-order">Place the order</button></form>
<aside><h2>Your cart</h2><ul class="lines">${lines}</ul><p class="sum">Together <b>€ ${total(cart)}</b></p></aside></div>`;
  send(call.response, 200, layout(call, "Checkout", cart.length ? body : empty));
}

const address = () => html`<fieldset><legend>Address</legend>
${field("Full name", "name", html`autocomplete="name"`, true)}
${field("Street and number", "street", html`autocomplete="street-address"`, true)}
${field("Postcode", "postcode", html`autocomplete="postal-code"`)}
${field("City", "city", html`autocomplete="address-level2"`)}
<label class="wide">Country<select id="country" name="country" autocomplete="country"><option value="NL">Netherlands</option><option value="BE">Belgium</option><option value="DE">Germany</option><option value="FR">France</option><option value="IE">Ireland</option></select></label>
</fieldset>`;

const delivery = () => html`<fieldset><legend>Delivery</legend>
<label>Day<input id="day" name="day" type="date" min="2026-01-01"></label>
<label>Not before<input id="time" name="time" type="time"></label>
<label>Wrapping colour<input id="wrap" name="wrap" type="color" value="#2f6f4f"></label>
<label class="check"><input id="gift" name="gift" type="checkbox"> It is a gift</label>
<label class="wide">Customer number<input id="customer" name="customer" data-private autocomplete="off"></label>
<label class="wide">Message to us<textarea id="note" name="note" rows="2" maxlength="300"></textarea></label>
</fieldset>`;

const payment = () => html`<fieldset><legend>Payment</legend>
${field("Name on the card", "cc-name", html`autocomplete="cc-name"`, true)}
${field("Card number", "card", html`autocomplete="cc-number" inputmode="numeric" placeholder="1234 5678 9012 3456"`, true)}
${field("Expires", "expires", html`autocomplete="cc-exp" placeholder="MM/YY" inputmode="numeric"`)}
${field("Security code", "cvc", html`autocomplete="cc-csc" inputmode="numeric" maxlength="4"`)}
${field("Code from your bank", "code", html`autocomplete="one-time-code" inputmode="numeric" maxlength="6"`, true)}
<p class="hint wide">Any six digits will do; try card number 4111 1111 1111 1111.</p>
</fieldset>`;

export function placeOrder(call) {
  const { fields } = call.form;
  const problem = call.me.cart.length === 0 ? "Your cart is empty." : fault(fields);
  if (problem) return redirect(call.response, `/checkout?problem=${encodeURIComponent(problem)}`);
  const order = call.site.state.note("orders", {
    id: `NW-${randomInt(100000, 999999)}`,
    name: fields.name, street: fields.street, postcode: fields.postcode, city: fields.city, country: fields.country,
    day: fields.day, time: fields.time, wrap: fields.wrap, gift: fields.gift === "on", note: fields.note ?? "",
    cardLastFour: fields.card.replace(/\D/g, "").slice(-4), codeLength: fields.code.length,
    lines: call.me.cart, total: total(call.me.cart),
  });
  call.me.cart = [];
  redirect(call.response, `/order/${order.id}`);
}

const orderOf = (call) => call.site.state.orders.find((order) => order.id === call.parts[0]);

export function order(call) {
  const found = orderOf(call);
  if (!found) return redirect(call.response, "/");
  const body = html`<section class="thanks"><p class="tick" aria-hidden="true">✓</p><h1 id="thanks">Thank you, ${found.name}</h1>
<p>Order <b id="order-id">${found.id}</b> of € ${found.total} leaves for ${found.city}${found.day && ` on ${found.day}`}. Paid by card ending in ${found.cardLastFour}.</p>
<p><a class="button" id="invoice" href="/invoice/${found.id}">Download the invoice</a></p></section>`;
  send(call.response, 200, layout(call, "Order", body));
}

export function invoice(call) {
  const found = orderOf(call);
  if (!found) return redirect(call.response, "/");
  const lines = found.lines.map((line) => `${productOf(line.id).name};${line.size};${line.colour};${productOf(line.id).price}`);
  const text = ["Northwind Outdoor", `invoice for ${found.id}`, "item;size;colour;euro", ...lines, `total;;;${found.total}`, ""].join("\n");
  download(call.response, `invoice-${found.id}.csv`, "text/csv; charset=utf-8", text);
}
