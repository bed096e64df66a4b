import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The server's content security policy allows files of this origin only: nothing is inlined, everything is hashed.
const api = { target: "https://localhost:8443", secure: false, changeOrigin: false };

/** Tells how to see the pages without a server. */
const hint: Plugin = {
  name: "fake-hint",
  configureServer: (server) => {
    const { printUrls } = server;
    server.printUrls = () => {
      printUrls();
      for (const url of server.resolvedUrls?.local ?? []) server.config.logger.info(`  ➜  On the fake transport, without a server: ${url}?fake`);
    };
  },
};

export default defineConfig({
  plugins: [react(), hint],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/cobrowse.v1.": api, "/v1": { ...api, ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"], isolate: false },
});
