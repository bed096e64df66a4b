// What every flow here gets besides what all get: a person at another engine. Who is on the other side is at Chromium.

import { test as base } from "../harness/fixtures.ts";
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

export const test = base.extend<PerFlow>({
  engine: ["firefox", { option: true }],
  without: [[], { option: true }],
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
