// Starts the sample websites where they have names: both on one port, told apart by the name that was asked for, by TLS if there
// is a certificate. For a cluster, where anybody may reach it.
// node examples/shop/both.mjs --address 198.51.100.10 --port 443 --certificate world.crt --key world.key --console https://cobrowse.example.test

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { answer } from "./http.mjs";
import { State } from "./state.mjs";
import { elsewhereRoutes, shopRoutes } from "./routes.mjs";
import { bankRoutes } from "./bank/routes.mjs";

const LIMITS = { requestTimeout: 30_000, headersTimeout: 10_000 };
const ROUTES = { shop: shopRoutes, bank: bankRoutes };

/** Listens; the names are shop.DOMAIN and bank.DOMAIN, and any other is a site that no tenant owns. Returns the port and a function that ends. */
export async function start({ address, port, certificate, key, domain, console }) {
  const at = (name) => `${certificate ? "https" : "http"}://${name}.${domain}`;
  const site = { console, shop: at("shop"), bank: at("bank"), state: new State() };
  const respond = (request, response) => answer(routesOf(request), site, request, response);
  const server = certificate ? createSecureServer({ ...LIMITS, cert: certificate, key }, respond) : createServer(LIMITS, respond);
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, site, stop };
}

function routesOf(request) {
  return ROUTES[request.headers.host?.split(".")[0]] ?? elsewhereRoutes;
}

function options() {
  const text = (fallback) => ({ type: "string", default: fallback });
  const { values } = parseArgs({
    options: {
      address: text("::"),
      port: text("8080"),
      domain: text("example.test"),
      console: text("https://cobrowse.example.test"),
      certificate: { type: "string" },
      key: { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error("--port wants a port, 0 to 65535");
  if (!values.certificate !== !values.key) throw new Error("--certificate and --key go together");
  const file = (path) => path && readFileSync(path);
  return { ...values, port, certificate: file(values.certificate), key: file(values.key) };
}

async function main() {
  const { port, stop } = await start(options());
  process.stdout.write(`${JSON.stringify({ port })}\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().then(() => process.exit(0)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    process.stderr.write(`failed to start the sample websites: ${error.message}\n`);
    process.exit(1);
  });
}
