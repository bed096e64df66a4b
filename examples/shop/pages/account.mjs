// Signing in with an e-mail address and a password that can be shown. Any password of 8 characters or more is right.

import { html } from "../html.mjs";
import { redirect, send } from "../http.mjs";
import { layout } from "../layout.mjs";

export function account(call) {
  const failed = call.url.searchParams.has("failed");
  const form = html`<h1>Sign in</h1>
${failed && html`<p class="warn" role="alert">The password must have at least 8 characters.</p>`}
<form method="post" action="/account" class="stack">
  <label>E-mail address<input id="email" name="email" type="email" autocomplete="username" required></label>
  <label>Password<span class="row"><input id="password" name="password" type="password" autocomplete="current-password" required><button type="button" class="quiet" id="show-password" aria-controls="password">Show</button></span></label>
  <button class="button" id="sign-in">Sign in</button>
</form>`;
  const inside = html`<h1 id="signed-in">Hello, ${call.me.name}</h1><p>You are signed in. <a href="/checkout">Go to your cart</a>.</p>
<form method="post" action="/sign-out"><button class="button quiet">Sign out</button></form>`;
  send(call.response, 200, layout(call, "Account", call.me.name ? inside : form));
}

export function signIn(call) {
  const { email = "", password = "" } = call.form.fields;
  if (password.length < 8) return redirect(call.response, "/account?failed");
  call.me.name = email.split("@")[0].slice(0, 40);
  call.site.state.note("signIns", { name: call.me.name, passwordLength: password.length });
  redirect(call.response, "/account");
}

export function signOut(call) {
  call.me.name = "";
  redirect(call.response, "/");
}
