// The flows with one person in another engine than Chromium. The engines are projects; e2e/browsers/run says which can run.

import { defineConfig } from "@playwright/test";
import base from "../playwright.config.ts";
import type { Engine } from "./fixtures.ts";

const engines: Engine[] = ["firefox", "webkit"];

export default defineConfig<{ engine: Engine }>({
  ...base,
  timeout: 180_000,
  testDir: ".",
  outputDir: "../results/browsers",
  globalTimeout: 4 * 60_000,
  projects: engines.map((engine) => ({ name: engine, use: { engine } })),
});
