// The frame of every page of the shop: head, navigation, help button, foot.

import { html } from "./html.mjs";

/** A whole page. `call` is the request's call, `scripts` are names in public/. */
export function layout(call, title, body, scripts = []) {
  const { site, me } = call;
  const count = me.cart.length;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Northwind Outdoor</title>
<link rel="icon" href="/public/mark.svg">
<link rel="stylesheet" href="/public/site.css">
<script type="module" src="/public/site.js"></script>
${scripts.map((name) => html`<script type="module" src="/public/${name}"></script>`)}
</head>
<body data-console="${site.console}">
<a class="skip" href="#main">Skip to the page</a>
<header class="top">
  <a class="brand" href="/"><img src="/public/mark.svg" alt="" width="28" height="28">Northwind Outdoor</a>
  <form class="find" action="/search" role="search"><input id="search" name="q" type="search" placeholder="Search tents, boots, stoves" aria-label="Search" autocomplete="off"><button>Search</button></form>
  <nav aria-label="Pages">
    <a href="/guide">Guide</a>
    <a href="/lab">Workshop</a>
    <a href="/account">${me.name ? `Hello, ${me.name}` : "Sign in"}</a>
    <a class="cart" href="/checkout">Cart <b id="cart-count">${count}</b></a>
  </nav>
</header>
<main id="main">${body}</main>
<footer class="foot">
  <div><strong>Northwind Outdoor</strong><p>A sample shop. Nothing here is for sale, and nothing you enter leaves this machine.</p></div>
  <div><a href="/returns">Returns and receipts</a><a href="/guide">Packing guide</a><a href="/lab">Workshop</a></div>
</footer>
<a class="help" id="help" href="${site.console}/start"><span aria-hidden="true">?</span> Get help from an agent</a>
</body>
</html>`;
}
