// What every flow gets: a running product of its own, an end user and an agent.

import { writeFileSync } from "node:fs";
import { test as base } from "@playwright/test";
import { Agent, EndUser, phone } from "./people.ts";
import { Stack, type StackOptions } from "./stack.ts";

interface PerFlow {
  readonly stackOptions: StackOptions;
  readonly stack: Stack;
  readonly endUser: EndUser;
  readonly agent: Agent;
}

export const test = base.extend<PerFlow>({
  stackOptions: [{}, { option: true }],
  stack: [
    async ({ stackOptions }, use, info) => {
      const stack = await Stack.start(stackOptions);
      await use(stack);
      await stack.end();
      // What session-api and its pods logged, beside the pictures and the trace.
      if (info.status !== info.expectedStatus) writeFileSync(info.outputPath("session-api.log"), stack.door.output);
    },
    { timeout: 60_000 },
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
const phoneOf = (title: string) => (title.endsWith("phone") ? phone : {});

export { expect } from "@playwright/test";
export type { Browser, Page } from "@playwright/test";
