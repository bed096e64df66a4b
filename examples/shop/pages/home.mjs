// The start page, search results, and a product's page.

import { html } from "../html.mjs";
import { redirect, send } from "../http.mjs";
import { layout } from "../layout.mjs";
import { art, productOf, products, search } from "../products.mjs";

const card = (product) => html`<a class="card" href="/product/${product.id}">${art(product)}<span class="kind">${product.kind}</span><strong>${product.name}</strong><span class="price">€ ${product.price}</span></a>`;

export function home(call) {
  const body = html`
<section class="hero">
  <div><p class="eyebrow">Autumn in the hills</p><h1>Carry less.<br>Stay out longer.</h1>
  <p>Six things that we would pack ourselves, tested over three winters in wind that takes the door off.</p>
  <p><a class="button" href="/product/ridge-tent">See the Ridge 2 tent</a> <a class="button quiet" href="/guide">Read the packing guide</a></p></div>
  <img src="/public/hills.svg" alt="Hills under a low sun" width="560" height="360">
</section>
<h2>Our six</h2>
<div class="grid">${products.map(card)}</div>`;
  send(call.response, 200, layout(call, "Start", body));
}

export function results(call) {
  const words = (call.url.searchParams.get("q") ?? "").slice(0, 200);
  if (words) call.site.state.note("searches", words);
  const found = search(words);
  const body = html`<h1>${found.length} found for “<span id="searched">${words}</span>”</h1>
<div class="grid">${found.map(card)}</div>
${found.length === 0 && html`<p>Try <a href="/search?q=tent">tent</a>, <a href="/search?q=boots">boots</a> or <a href="/search?q=stove">stove</a>.</p>`}`;
  send(call.response, 200, layout(call, "Search", body));
}

export function product(call) {
  const item = productOf(call.parts[0]);
  if (!item) return redirect(call.response, "/");
  const body = html`<article class="product">${art(item)}
<div><span class="kind">${item.kind}</span><h1>${item.name}</h1><p class="price">€ ${item.price}</p><p>${item.text}</p>
<form method="post" action="/cart">
  <input type="hidden" name="product" value="${item.id}">
  <label>Size<select name="size" id="size"><option>Regular</option><option>Long</option><option>Wide</option></select></label>
  <label>Colour<select name="colour" id="colour"><option>Moss</option><option>Slate</option><option>Rust</option></select></label>
  <button class="button" id="add">Add to cart</button>
</form>
<p><button class="link" id="size-guide" type="button">Open the size guide</button></p></div></article>`;
  send(call.response, 200, layout(call, item.name, body));
}

export function sizeGuide(call) {
  const body = html`<h1>Size guide</h1><p id="popup-mark">Measure your back from the neck to the hips: under 46 cm take Regular, above take Long.</p>
<p><button class="button" id="close-popup" type="button">Close this window</button></p>`;
  send(call.response, 200, layout(call, "Size guide", body));
}

export function addToCart(call) {
  const item = productOf(call.form.fields.product);
  if (item && call.me.cart.length < 20) {
    call.me.cart.push({ id: item.id, size: call.form.fields.size ?? "Regular", colour: call.form.fields.colour ?? "Moss" });
    call.site.state.note("acts", { act: "cart", product: item.id, size: call.form.fields.size, colour: call.form.fields.colour });
  }
  redirect(call.response, "/checkout");
}
