import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server's content security policy allows files of this origin only: nothing is inlined, everything is hashed.
const api = { target: "https://localhost:8443", secure: false, changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/cobrowse.v1.": api, "/v1": { ...api, ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"], isolate: false },
});
