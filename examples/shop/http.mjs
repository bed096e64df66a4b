// A small router over node:http: path patterns, cookies, forms, files. It knows no page.

import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { formOf } from "./form.mjs";
import { html } from "./html.mjs";

const KINDS = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const PUBLIC = new URL("./public/", import.meta.url);

/** Answers one request by the first route that fits: [method, pattern, handler]. */
export async function answer(routes, site, request, response) {
  try {
    const url = new URL(request.url ?? "/", "http://localhost");
    for (const [method, pattern, handler] of routes) {
      const found = request.method === method && url.pathname.match(pattern);
      if (found) return await handler(await call(site, request, response, url, found.slice(1)));
    }
    send(response, 404, page404());
  } catch (error) {
    if (!response.headersSent) send(response, error.status ?? 500, html`<h1>Something went wrong</h1><p>${error.message}</p>`);
    else response.destroy();
  }
}

async function call(site, request, response, url, parts) {
  const visitor = visitorOf(request, response);
  const form = request.method === "POST" ? await formOf(request) : { fields: {}, files: [] };
  return { site, request, response, url, parts, form, visitor, me: site.state.visitor(visitor) };
}

function visitorOf(request, response) {
  const known = /(?:^|;\s*)visitor=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  if (known) return known;
  const fresh = randomUUID();
  response.setHeader("set-cookie", `visitor=${fresh}; Path=/; HttpOnly; SameSite=Lax`);
  return fresh;
}

/** Sends a page, whole. */
export function send(response, status, body, kind = "text/html") {
  response.writeHead(status, { "content-type": `${kind}; charset=utf-8`, "cache-control": "no-store" });
  response.end(String(body));
}

/** Sends a value as JSON. */
export function json(response, value) {
  send(response, 200, JSON.stringify(value), "application/json");
}

/** Sends the visitor elsewhere. */
export function redirect(response, location) {
  response.writeHead(303, { location, "cache-control": "no-store" });
  response.end();
}

/** Offers a file for saving. */
export function download(response, name, kind, content) {
  response.writeHead(200, { "content-type": kind, "content-disposition": `attachment; filename="${name}"` });
  response.end(content);
}

/** Serves one file of public/. The pattern admits plain names alone. */
export function asset({ response, parts: [name] }) {
  const kind = KINDS[extname(name)];
  if (!kind) return send(response, 404, page404());
  const file = createReadStream(new URL(name, PUBLIC));
  file.once("error", () => send(response, 404, page404()));
  file.once("open", () => {
    response.writeHead(200, { "content-type": `${kind}; charset=utf-8`, "cache-control": "no-cache" });
    file.pipe(response);
  });
}

function page404() {
  return html`<!doctype html><title>Not found</title><h1>This page does not exist</h1><p><a href="/">Go to the start page</a></p>`;
}
