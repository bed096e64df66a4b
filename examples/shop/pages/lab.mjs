// The workshop: everything that is hard for a shared browser, a page each.

import { html } from "../html.mjs";
import { redirect, send } from "../http.mjs";
import { layout } from "../layout.mjs";
import { article } from "./guide.mjs";

const rooms = [
  ["/lab/dialogs", "Dialogs", "Alert, confirm, prompt, and a page that asks before it is left"],
  ["/lab/frames", "Frames", "A frame of this site, one of the bank, one without address, a shadow field"],
  ["/lab/drag", "Packing list", "Drag what you take from left to right"],
  ["/lab/trail", "Trail", "A canvas that never stands still"],
  ["/lab/windows", "Windows", "A popup, a new tab, a link that leaves"],
  ["/lab/flash", "Flash", "The whole page changes colour with each press"],
  ["/lab/keys", "Keys", "Shows what was typed, clicked and touched"],
  ["/slow?ms=5000", "A slow page", "Answers after five seconds"],
  ["/partner", "Partner site", "Leads to a site that agents do not support"],
];

export function lab(call) {
  const cards = rooms.map(([address, title, text]) => html`<a class="card plain" href="${address}"><strong>${title}</strong><span>${text}</span></a>`);
  send(call.response, 200, layout(call, "Workshop", html`<h1>Workshop</h1><div class="grid">${cards}</div>`));
}

export function dialogs(call) {
  const body = html`<h1>Dialogs</h1><p class="buttons"><button class="button" data-dialog="alert">Alert</button>
<button class="button" data-dialog="confirm">Confirm</button><button class="button" data-dialog="prompt">Prompt</button>
<button class="button quiet" data-dialog="leave">Ask before leaving</button></p><p>Answer: <output id="answer">none</output></p>`;
  send(call.response, 200, layout(call, "Dialogs", body, ["lab.js"]));
}

export function frames(call) {
  const inner = `<!doctype html><body style="font:16px sans-serif;margin:12px"><label>Card in a frame without address <input id="inner-card" autocomplete="cc-number"></label></body>`;
  const body = html`<h1>Frames</h1><div class="frames">
<iframe title="This site" id="frame-same" src="/lab/inner"></iframe>
<iframe title="The bank" id="frame-bank" src="${call.site.bank}/inner"></iframe>
<iframe title="Without address" id="frame-srcdoc" srcdoc="${inner}"></iframe>
<div class="box"><p>A field in a shadow tree:</p><shadow-card></shadow-card></div></div>`;
  send(call.response, 200, layout(call, "Frames", body, ["lab.js"]));
}

export function inner(call) {
  send(call.response, 200, html`<!doctype html><html lang="en"><body style="font:16px sans-serif;margin:12px">
<label>Password in a frame <input type="password" id="inner-password" autocomplete="current-password"></label>
<p><button id="inner-button" onclick="fetch('/api/act',{method:'POST',headers:{'content-type':'application/json'},body:'{&quot;act&quot;:&quot;inner-button&quot;}'})">A button in a frame</button></p></body></html>`);
}

export function drag(call) {
  const items = ["Tent", "Stove", "Map", "Lamp", "Socks"].map((name) => html`<li draggable="true" data-item="${name}">${name}</li>`);
  const body = html`<h1>Packing list</h1><div class="two even"><section><h2>At home</h2><ul class="drag" id="home">${items}</ul></section>
<section><h2>In the pack</h2><ul class="drag" id="pack"></ul></section></div>`;
  send(call.response, 200, layout(call, "Packing list", body, ["drag.js"]));
}

export function trail(call) {
  const body = html`<h1>Trail</h1><canvas id="trail" width="900" height="420"></canvas>
<p class="buttons"><button class="button quiet" id="trail-stop">Stand still</button></p>`;
  send(call.response, 200, layout(call, "Trail", body, ["trail.js"]));
}

export function windows(call) {
  const body = html`<h1>Windows</h1><p class="buttons"><button class="button" id="open-popup">Open a popup</button>
<a class="button quiet" id="new-tab" href="/guide" target="_blank">Open a new tab</a>
<a class="button quiet" id="leave" href="${elsewhere(call)}">Leave to another site</a>
<a class="button quiet" id="partner" href="/partner">A partner's page</a>
<button class="button quiet" data-elsewhere="script">A script that leaves</button><button class="button quiet" data-elsewhere="popup">A popup that leaves</button>
<button class="button quiet" id="passkey">Use a passkey</button>
<button class="button quiet" id="own-menu">A menu of its own</button></p><p><output id="answer">none</output></p>`;
  send(call.response, 200, layout(call, "Windows", body, ["lab.js"]));
}

export function keys(call) {
  const body = html`<h1>Keys</h1><p><label>Write here <textarea id="keys" rows="4"></textarea></label></p>
<p>Last: <output id="last">nothing</output></p><div class="pad" id="pad" tabindex="0">Click, touch and turn the wheel here</div>`;
  send(call.response, 200, layout(call, "Keys", body, ["lab.js"]));
}

/** Nothing but a colour, dark or light in turn: for measuring how soon a press is seen. */
export function flash(call) {
  send(call.response, 200, html`<!doctype html><html lang="en"><head><title>Flash</title><link rel="stylesheet" href="/public/flash.css">
<script type="module" src="/public/flash.js"></script></head><body></body></html>`);
}

/** The guide, scrolling by itself, with a square that changes colour with each press: for measuring, too. */
export function scroll(call) {
  send(call.response, 200, layout(call, "Scroll", html`${article()}<div id="flash"></div><link rel="stylesheet" href="/public/square.css">`, ["scroll.js"]));
}

const elsewhere = (call) => `${call.site.shop.replace("//shop.", "//elsewhere.")}/`;

export function partner(call) {
  redirect(call.response, elsewhere(call));
}

const SLOW_MAX_MS = 20_000;

export function slow(call) {
  const wait = Math.min(Number(call.url.searchParams.get("ms")) || 5_000, SLOW_MAX_MS);
  const timer = setTimeout(() => send(call.response, 200, layout(call, "Slow", html`<h1 id="slow-done">There it is</h1><p>After ${wait} ms.</p>`)), wait);
  call.response.once("close", () => clearTimeout(timer));
}
