// Browsers that lack something which today's have.

import type { Page } from "@playwright/test";

/** The workers of this page are of a browser that lacks something. */
export async function workersLack(page: Page, name: string): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete self.${name};\n${await response.text()}` });
  });
}
