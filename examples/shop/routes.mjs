// Every address of the shop.

import { html } from "./html.mjs";
import { asset, json, send } from "./http.mjs";
import { account, signIn, signOut } from "./pages/account.mjs";
import { checkout, invoice, order, placeOrder } from "./pages/checkout.mjs";
import { guide } from "./pages/guide.mjs";
import { addToCart, home, product, results, sizeGuide } from "./pages/home.mjs";
import * as lab from "./pages/lab.mjs";
import { label, receipt, returns, takeReceipt } from "./pages/returns.mjs";

/** Notes an act that a page reports: a click, a drop, an answer. */
function act(call) {
  call.site.state.note("acts", call.form.fields);
  json(call.response, {});
}

/** Keeps where a visitor is: page, scroll position, focused field. */
function where(call) {
  call.site.state.isAt(call.form.fields);
  json(call.response, {});
}

/** What happened on both sites. Only for this machine. */
function state(call) {
  const from = call.request.socket.remoteAddress;
  if (from !== "127.0.0.1" && from !== "::ffff:127.0.0.1") return send(call.response, 403, "");
  json(call.response, call.site.state.seen());
}

function reset(call) {
  call.site.state.clear();
  json(call.response, {});
}

export const api = [
  ["GET", /^\/public\/([a-z-]+\.(?:css|js|svg))$/, asset],
  ["GET", /^\/api\/state$/, state],
  ["POST", /^\/api\/act$/, act],
  ["POST", /^\/api\/where$/, where],
  ["POST", /^\/api\/reset$/, reset],
];

/** Notes that somebody came here, so that a test can tell that nobody did. */
function elsewhere(call) {
  call.site.state.note("acts", { act: "elsewhere" });
  send(call.response, 200, html`<!doctype html><title>Elsewhere</title><h1>You left the shop</h1>`);
}

export const elsewhereRoutes = [["GET", /^\/$/, elsewhere]];

export const shopRoutes = [
  ["GET", /^\/$/, home],
  ["GET", /^\/search$/, results],
  ["GET", /^\/product\/([a-z-]+)$/, product],
  ["POST", /^\/cart$/, addToCart],
  ["GET", /^\/size-guide$/, sizeGuide],
  ["GET", /^\/guide$/, guide],
  ["GET", /^\/account$/, account],
  ["POST", /^\/account$/, signIn],
  ["POST", /^\/sign-out$/, signOut],
  ["GET", /^\/checkout$/, checkout],
  ["POST", /^\/checkout$/, placeOrder],
  ["GET", /^\/order\/(NW-\d{6})$/, order],
  ["GET", /^\/invoice\/(NW-\d{6})$/, invoice],
  ["GET", /^\/returns$/, returns],
  ["POST", /^\/returns$/, takeReceipt],
  ["GET", /^\/returns\/label$/, label],
  ["GET", /^\/receipt\/([0-9a-f]{64})$/, receipt],
  ["GET", /^\/lab$/, lab.lab],
  ["GET", /^\/lab\/dialogs$/, lab.dialogs],
  ["GET", /^\/lab\/frames$/, lab.frames],
  ["GET", /^\/lab\/inner$/, lab.inner],
  ["GET", /^\/lab\/drag$/, lab.drag],
  ["GET", /^\/lab\/trail$/, lab.trail],
  ["GET", /^\/lab\/windows$/, lab.windows],
  ["GET", /^\/lab\/keys$/, lab.keys],
  ["GET", /^\/lab\/flash$/, lab.flash],
  ["GET", /^\/lab\/scroll$/, lab.scroll],
  ["GET", /^\/partner$/, lab.partner],
  ["GET", /^\/slow$/, lab.slow],
  ...api,
];
