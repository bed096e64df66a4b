import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandResultSchema } from "../gen/cobrowse/v1/control_pb";
import { Commands } from "./commands";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const result = (id: number, ok: boolean) => create(CommandResultSchema, { id, ok });

test("each result finds its command, whatever the order, even at once", async () => {
  const ids: number[] = [];
  const commands: Commands = new Commands((command) => {
    ids.push(command.id ?? 0);
    if (command.body?.case === "resume") commands.settle(result(command.id ?? 0, true));
  });
  const first = commands.send({ case: "pause", value: {} });
  const second = commands.send({ case: "end", value: {} });
  commands.settle(result(ids[1] ?? 0, false));
  commands.settle(result(ids[0] ?? 0, true));
  commands.settle(result(999, true));
  expect([(await first)?.ok, (await second)?.ok]).toEqual([true, false]);
  expect((await commands.send({ case: "resume", value: {} }))?.ok).toBe(true);
});

test("without an answer nobody waits for ever", async () => {
  const commands = new Commands(() => undefined);
  const late = commands.send({ case: "pause", value: {} });
  await vi.advanceTimersByTimeAsync(10_001);
  expect(await late).toBeUndefined();
  const dropped = commands.send({ case: "pause", value: {} });
  commands.drop();
  expect(await dropped).toBeUndefined();
});
