// The flows with one person in another engine than Chromium. The engines are projects; e2e/browsers/run says which can run.

import { defineConfig } from "@playwright/test";
import base from "../playwright.config.ts";
import type { Engine } from "./fixtures.ts";

const engines: Engine[] = ["firefox", "webkit"];

export default defineConfig<{ engine: Engine }>({
  ...base,
  timeout: 120_000,
  testDir: ".",
  outputDir: "../results/browsers",
  globalTimeout: 280_000,
  // A trace shows the other side alone and costs a third of the processor's time; ask for it with --trace=on.
  use: { ...base.use, trace: "off" },
  projects: engines.map((engine) => ({ name: engine, use: { engine } })),
});
