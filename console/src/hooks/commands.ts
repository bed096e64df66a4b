// Commands that wait for their results.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CommandResult, CommandSchema } from "../gen/cobrowse/v1/control_pb";

type Command = MessageInitShape<typeof CommandSchema>;
const RESULT_MAX_MS = 10_000;

export class Commands {
  readonly #send: (command: Command) => void;
  readonly #waiting = new Map<number, (result: CommandResult | undefined) => void>();
  #count = 0;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  /** Undefined when no result came in time. */
  send(body: Command["body"]): Promise<CommandResult | undefined> {
    const id = ++this.#count;
    return new Promise((resolve) => {
      const done = (result: CommandResult | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(result);
      };
      const timer = setTimeout(() => done(undefined), RESULT_MAX_MS);
      this.#waiting.set(id, done);
      this.#send({ id, body });
    });
  }

  settle(result: CommandResult): void {
    this.#waiting.get(result.id)?.(result);
  }

  drop(): void {
    for (const done of this.#waiting.values()) done(undefined);
  }
}
