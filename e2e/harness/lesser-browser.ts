// Browsers that lack something which today's have.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "@playwright/test";

/** What session-api serves, as it was built. */
const ASSETS = new URL("../../console/dist/assets/", import.meta.url);

/** The workers of this page are of a browser that lacks something. */
export async function workersLack(page: Page, name: string): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const script = readFileSync(new URL(basename(new URL(route.request().url()).pathname), ASSETS), "utf8");
    await route.fulfill({ contentType: "text/javascript", body: `delete self.${name};\n${script}` });
  });
}
