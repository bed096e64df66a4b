// Websites of the tests on the loopback: a server per origin, pages as text or as a function that writes them bit by bit.

import { createServer } from "node:http";

/** Starts an origin; `pages` maps paths to HTML or to (response, request) => void. */
export async function origin(pages = {}) {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url, "http://site").pathname];
    if (page === undefined) return void response.writeHead(404).end();
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (typeof page === "function") page(response, request);
    else response.end(page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    pages,
    /** The address of a path; `host` makes other sites of the same server: 127.0.0.1, localhost, a.localhost. */
    url: (path, host = "127.0.0.1") => `http://${host}:${server.address().port}${path}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
