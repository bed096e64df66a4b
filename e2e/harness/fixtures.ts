// What every flow gets: a running product, an end user and an agent. Flows share the product as companies' agents do, unless one
// harms it or needs other settings.

import { writeFileSync } from "node:fs";
import { test as base } from "@playwright/test";
import { Agent, EndUser, phone } from "./people.ts";
import { Installation } from "./installation.ts";
import type { Product } from "./product.ts";
import { Stack, type StackOptions } from "./stack.ts";

interface PerFlow {
  /** A product of the flow's own, started so; without it, the one that flows share. */
  readonly stackOptions: StackOptions | undefined;
  readonly stack: Product;
  /** The same, as processes of this machine. On an installation the flow is left out. */
  readonly embedded: Stack;
  readonly endUser: EndUser;
  readonly agent: Agent;
}

/** After as many flows the product is started anew: one address may sign in only so often. */
const FLOWS_MAX = 8;
/** The same of an installation, whose two replicas count for themselves. */
const INSTALLED_FLOWS_MAX = 10;

interface PerWorker {
  /** The one that this flow shares with others before and after it. After a flow that failed there is another. */
  readonly product: { started(): Promise<Product> };
}

export const test = base.extend<PerFlow, PerWorker>({
  stackOptions: [undefined, { option: true }],
  product: [
    async ({}, use) => {
      let product: Product | undefined;
      let flows = 0;
      const started = async () => {
        if (Installation.isGiven()) {
          const installation = product instanceof Installation ? product : await Installation.find();
          if (flows > 0 && flows % INSTALLED_FLOWS_MAX === 0) await installation.startAnew();
          product = installation;
        } else if (flows % FLOWS_MAX === 0) {
          await product?.end();
          product = await Stack.start();
        }
        flows += 1;
        return product!;
      };
      await use({ started });
      await product?.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  stack: [
    async ({ product, stackOptions }, use, info) => {
      if (stackOptions && Installation.isGiven()) {
        process.stdout.write(`    left out: "${info.title}" wants a product with settings of its own, and an installation has many users\n`);
        info.skip();
      }
      const stack = await (stackOptions ? Stack.start(stackOptions) : product.started());
      stack.forget();
      const from = stack instanceof Stack && !stackOptions ? stack.door.output.length : 0;
      await use(stack);
      if (stackOptions) await stack.end();
      // What session-api and its pods logged, beside the pictures and the trace.
      if (info.status !== info.expectedStatus) writeFileSync(info.outputPath("session-api.log"), stack.printed().slice(from));
    },
    { timeout: 120_000 },
  ],
  embedded: async ({ stack }, use, info) => {
    if (!(stack instanceof Stack)) {
      process.stdout.write(`    left out: "${info.title}" wants the product's processes, or a network to it that can be cut\n`);
      return info.skip();
    }
    await use(stack);
  },
  endUser: async ({ browser }, use, info) => {
    const person = await EndUser.arrive(browser, phoneOf(info.title));
    await use(person);
    // A session left behind would keep its place for the time of grace.
    const lives = info.status === info.expectedStatus && !person.page.isClosed() && (await person.byTestId("stop").isVisible());
    if (lives) await person.ends();
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
