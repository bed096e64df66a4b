// The flows of two people, and those that are only of an installation: what is done with it by kubectl and Helm.

import flows from "../playwright.config.ts";

export default { ...flows, testDir: "..", testMatch: "**/{flows,installation}/*.spec.ts", outputDir: "../results/cluster" };
