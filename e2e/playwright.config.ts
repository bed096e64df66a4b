// Flows in real browsers. One at a time unless asked otherwise: each has two browsers and a third in the pod. Traces and pictures stay when one fails.

import { defineConfig } from "@playwright/test";
import { Installation } from "./harness/installation.ts";

export default defineConfig({
  testDir: "flows",
  outputDir: "results",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], [new URL("./harness/failures.ts", import.meta.url).pathname]],
  use: {
    headless: true,
    ignoreHTTPSErrors: true,
    // The pages' content at each step; a film of it as well took a quarter of the processor.
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: true, sources: false },
    screenshot: "only-on-failure",
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    locale: "en-GB",
    timezoneId: "Europe/Amsterdam",
    launchOptions: {
      executablePath: new URL("./chromium", import.meta.url).pathname,
      chromiumSandbox: true,
      // Names of an installation's world, which no server of this machine knows.
      args: Installation.isGiven() ? [`--host-resolver-rules=${Installation.hosts()}`] : [],
      // The shared browser shows scrollbars, and what it shows is compared.
      ignoreDefaultArgs: ["--hide-scrollbars"],
    },
  },
});
