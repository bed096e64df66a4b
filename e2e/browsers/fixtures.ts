// What every flow here gets: one product for all flows of an engine, a person at that engine, and people at Chromium for the
// other side.

import { writeFileSync } from "node:fs";
import { test as base } from "../harness/fixtures.ts";
import { Stack } from "../harness/stack.ts";
import { Firefox } from "./firefox.ts";
import { Person } from "./person.ts";
import { WebKit } from "./webkit.ts";

export type Engine = "firefox" | "webkit";
/** What is taken away from the browser, to see what the pages do without. */
export type Lack = "WebCodecs" | "OffscreenCanvas" | "H.264";

interface PerFlow {
  readonly engine: Engine;
  readonly without: readonly Lack[];
  readonly person: Person;
}

interface PerEngine {
  readonly product: Stack;
}

export const test = base.extend<PerFlow, PerEngine>({
  engine: ["firefox", { option: true }],
  without: [[], { option: true }],
  product: [
    async ({}, use) => {
      const product = await Stack.start();
      await use(product);
      await product.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  stack: async ({ product }, use, info) => {
    product.forget();
    const from = product.door.output.length;
    await use(product);
    if (info.status !== info.expectedStatus) writeFileSync(info.outputPath("session-api.log"), product.door.output.slice(from));
  },
  person: async ({ engine, without }, use, info) => {
    const window = await (engine === "firefox" ? Firefox.start(without) : WebKit.start(without));
    const person = new Person(window, (name) => info.outputPath(name));
    info.annotations.push({ type: "browser", description: window.version });
    await use(person);
    if (info.status !== info.expectedStatus) await person.keeps("at-the-end", true).catch(() => undefined);
    await window.close();
  },
});

export { expect } from "@playwright/test";
