// Benches run as flows do, in real browsers, one at a time, and write what they measured instead of judging it.

import flows from "../e2e/playwright.config.ts";

export default { ...flows, testDir: ".", testMatch: "*.bench.ts", outputDir: "results/failed", timeout: 300_000, globalTimeout: 40 * 60_000, use: { ...flows.use, trace: "off" } };
