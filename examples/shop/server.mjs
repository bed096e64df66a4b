// Starts the sample websites: the shop on one port, the bank on another. Loopback only, no dependencies.
// node examples/shop/server.mjs --port 8300 --bank-port 8301 --console https://localhost:8443

import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { answer } from "./http.mjs";
import { State } from "./state.mjs";
import { elsewhereRoutes, shopRoutes } from "./routes.mjs";
import { bankRoutes } from "./bank/routes.mjs";

/** Listens on loopback; port 0 takes a free one. Returns both origins and a function that ends both. */
export async function start({ port = 8300, bankPort = 8301, console = "https://localhost:8443" } = {}) {
  const site = { console, shop: "", bank: "", state: new State() };
  const shop = await listen(port, (request, response) => answer(routesOf(request), site, request, response));
  const bank = await listen(bankPort, (request, response) => answer(bankRoutes, site, request, response));
  site.shop = `http://shop.localhost:${shop.address().port}`;
  site.bank = `http://bank.localhost:${bank.address().port}`;
  const stop = () => Promise.all([shop, bank].map(close));
  return { site, stop };
}

/** A third name on the shop's port is a site that no tenant owns. */
function routesOf(request) {
  return request.headers.host?.startsWith("elsewhere.") ? elsewhereRoutes : shopRoutes;
}

function listen(port, handler) {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, handler);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function close(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8300" },
      "bank-port": { type: "string", default: "8301" },
      console: { type: "string", default: "https://localhost:8443" },
    },
  });
  const number = (text, name) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--${name} wants a port, 0 to 65535`);
    return port;
  };
  return {
    port: number(values.port, "port"),
    bankPort: number(values["bank-port"], "bank-port"),
    console: new URL(values.console).origin,
  };
}

async function main() {
  const { site, stop } = await start(options());
  // One line for programs that start this one; port 0 has become a real port here.
  process.stdout.write(`${JSON.stringify({ shop: site.shop, bank: site.bank })}\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().then(() => process.exit(0)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    const text = error.code === "EADDRINUSE" ? `port ${error.port} is taken: choose another with --port or --bank-port` : error.message;
    process.stderr.write(`failed to start the sample websites: ${text}\n`);
    process.exit(1);
  });
}
