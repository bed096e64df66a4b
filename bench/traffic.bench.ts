// What a session costs while people scroll, type, or only look: bytes to one viewer, processor, memory.

import { test } from "../e2e/harness/fixtures.ts";
import type { Agent } from "../e2e/harness/people.ts";
import type { Stack } from "../e2e/harness/stack.ts";
import { keep } from "./figures.ts";
import { meet } from "./meet.ts";
import { memoryMiB, seconds, tree } from "./processes.ts";

interface Cost {
  readonly kbit: number;
  readonly frames: number;
  readonly cores: number;
}

/** What `act` costs per second: bytes to the agent's page, messages with pictures, processor of session-api and its pods. */
async function cost(stack: Stack, agent: Agent, act: () => Promise<void>): Promise<Cost> {
  const root = stack.door.child.pid!;
  const [bytes, pictures, used, from] = [agent.tap.received, agent.tap.large, seconds(root), performance.now()];
  await act();
  const took = (performance.now() - from) / 1000;
  return { kbit: ((agent.tap.received - bytes) * 8) / 1000 / took, frames: (agent.tap.large - pictures) / took, cores: ((seconds(root) - used) / took) * 100 };
}

async function rounds(stack: Stack, agent: Agent, act: () => Promise<void>, count = 5): Promise<Cost[]> {
  const all: Cost[] = [];
  for (let round = 0; round < count; round += 1) all.push(await cost(stack, agent, act));
  return all;
}

function keepCost(what: string, how: string, costs: readonly Cost[], bars: readonly [string, string]): void {
  const add = (name: string, unit: string, of: keyof Cost, definition: string, bar = "") =>
    keep({ name: `${what}: ${name}`, of: "CoBrowse", unit, values: costs.map((one) => one[of]), definition: `${definition}, ${how}`, bar });
  add("bandwidth", "kbit/s", "kbit", "bytes of WebSocket messages to the agent's page, without TLS", bars[0]);
  add("messages", "1/s", "frames", "messages above 200 bytes to the agent's page");
  add("processor", "% core", "cores", "user and system time of session-api and all its pods, Chrome included", bars[1]);
}

test("scrolling, typing, idle", async ({ stack, endUser, agent }) => {
  await meet(stack, endUser, agent, "/guide");
  const second = () => agent.page.evaluate(() => new Promise<void>((done) => {
    const until = performance.now() + 3_000;
    const wait = () => (performance.now() > until ? done() : requestAnimationFrame(wait));
    wait();
  }));
  await second();
  keepCost("idle", "nobody acts for 3 s, two people look", await rounds(stack, agent, second), ["0 of pictures", "<= 1"]);

  const turns = async (dy: number) => {
    for (let turn = 0; turn < 60; turn += 1) await agent.shared.wheel(300, 300, dy);
  };
  const scroll = async () => {
    await turns(24);
    await turns(-24);
  };
  keepCost("scrolling", "the wheel turns 24 px at a time down and up an article", await rounds(stack, agent, scroll), ["<= 1500", ""]);
  const processes = tree(stack.door.child.pid!).filter((one) => one.name !== "session-api");
  keep({ name: "memory of a watched session", of: "CoBrowse", unit: "MiB", values: [memoryMiB(processes)], bar: "<= 450", definition: "PSS of all processes below session-api, the warm pod included, on the article page" });
  await endUser.ends();
});
