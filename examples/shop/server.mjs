// Starts the sample websites: the shop on one port, the bank on another, on loopback. With a domain both are names of it, by TLS on
// one address and port, as real websites are. No dependencies.
// node examples/shop/server.mjs --port 8300 --bank-port 8301 --console https://localhost:8443
// node examples/shop/server.mjs --domain example.test --address 198.51.100.10 --port 443 --certificate site.crt --key site.key

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { answer } from "./http.mjs";
import { State } from "./state.mjs";
import { elsewhereRoutes, shopRoutes } from "./routes.mjs";
import { bankRoutes } from "./bank/routes.mjs";

/**
 * Listens on loopback; port 0 takes a free one. With a domain, on its address. Returns both origins and a function that ends both.
 * @param {{ port?: number, bankPort?: number, console?: string, domain?: Domain }} options
 * @typedef {{ name: string, address: string, certificate: string, key: string }} Domain the files are in PEM
 */
export async function start({ port = 8300, bankPort = 8301, console = "https://localhost:8443", domain } = {}) {
  const site = { console, shop: "", bank: "", state: new State() };
  const servers = domain ? await named(site, domain, port) : await local(site, port, bankPort);
  const stop = () => Promise.all(servers.map(close));
  return { site, stop };
}

async function local(site, port, bankPort) {
  const shop = await listen(createServer(LIMITS, (request, response) => answer(routesOf(request), site, request, response)), port);
  const bank = await listen(createServer(LIMITS, (request, response) => answer(bankRoutes, site, request, response)), bankPort);
  site.shop = `http://shop.localhost:${shop.address().port}`;
  site.bank = `http://bank.localhost:${bank.address().port}`;
  return [shop, bank];
}

async function named(site, domain, port) {
  const files = { cert: readFileSync(domain.certificate), key: readFileSync(domain.key) };
  const routes = (request) => (request.headers.host?.startsWith("bank.") ? bankRoutes : routesOf(request));
  const server = createSecureServer({ ...LIMITS, ...files }, (request, response) => answer(routes(request), site, request, response));
  await listen(server, port, domain.address);
  const suffix = server.address().port === 443 ? "" : `:${server.address().port}`;
  site.shop = `https://shop.${domain.name}${suffix}`;
  site.bank = `https://bank.${domain.name}${suffix}`;
  return [server];
}

const LIMITS = { requestTimeout: 30_000, headersTimeout: 10_000 };

/** A third name on the shop's port is a site that no tenant owns. */
function routesOf(request) {
  return request.headers.host?.startsWith("elsewhere.") ? elsewhereRoutes : shopRoutes;
}

function listen(server, port, address = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => resolve(server));
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
      domain: { type: "string" },
      address: { type: "string", default: "127.0.0.1" },
      certificate: { type: "string" },
      key: { type: "string" },
    },
  });
  const number = (text, name) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--${name} wants a port, 0 to 65535`);
    return port;
  };
  const { domain: name, address, certificate, key } = values;
  if (name && !(certificate && key)) throw new Error("--domain wants --certificate and --key");
  return {
    ...(name && { domain: { name, address, certificate, key } }),
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
