// What is shown of an installation besides the flows, which know nothing of how it came to be.

import flows from "../playwright.config.ts";

export default { ...flows, testDir: ".", outputDir: "../results/upgrade" };
