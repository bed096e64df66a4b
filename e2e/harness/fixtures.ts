// What every flow gets: the running product, an end user and an agent. One product per file of flows.

import { writeFileSync } from "node:fs";
import { test as base } from "@playwright/test";
import { Agent, EndUser } from "./people.ts";
import { Stack, type StackOptions } from "./stack.ts";

interface PerFile {
  readonly stackOptions: StackOptions;
  readonly stack: Stack;
}

interface PerFlow {
  /** Websites that remember nothing; keeps what session-api and its pods logged during a flow that failed. */
  readonly logged: void;
  readonly endUser: EndUser;
  readonly agent: Agent;
}

export const test = base.extend<PerFlow, PerFile>({
  stackOptions: [{}, { scope: "worker", option: true }],
  stack: [
    async ({ stackOptions }, use) => {
      const stack = await Stack.start(stackOptions);
      await use(stack);
      await stack.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  logged: [
    async ({ stack }, use, info) => {
      stack.forget();
      const from = stack.door.output.length;
      await use();
      if (info.status !== info.expectedStatus) writeFileSync(info.outputPath("session-api.log"), stack.door.output.slice(from));
    },
    { auto: true },
  ],
  endUser: async ({ browser }, use, info) => {
    const person = await EndUser.arrive(browser, phoneOf(info.title));
    await use(person);
    await person.context.close();
  },
  agent: async ({ browser, stack }, use) => {
    const person = await Agent.signIn(browser, stack, stack.signIn("northwind"));
    await use(person);
    await person.context.close();
  },
});

/** Flows whose title ends in "phone" are an end user's with a phone. */
function phoneOf(title: string) {
  if (!title.endsWith("phone")) return {};
  return { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
}

export { expect } from "@playwright/test";
