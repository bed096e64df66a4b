// WebDriver BiDi over one WebSocket: commands and their answers. Events are not listened to.

import { once } from "node:events";
import { WebSocket } from "ws";

/** Bounds hangs alone: a browser may take long to start on a busy machine. */
const ANSWER_MAX_MS = 60_000;

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

export class Bidi {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(JSON.parse(String(data))));
    socket.on("close", () => this.#drop(new Error("the browser closed its connection")));
  }

  static async connect(address: string): Promise<Bidi> {
    const socket = new WebSocket(address);
    await once(socket, "open");
    return new Bidi(socket);
  }

  async send<T>(method: string, params: object): Promise<T> {
    const id = ++this.#count;
    const late = setTimeout(() => this.#waiting.get(id)?.reject(new Error(`${method} was not answered within ${ANSWER_MAX_MS} ms`)), ANSWER_MAX_MS);
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        this.#socket.send(JSON.stringify({ id, method, params }));
      });
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: { id?: number; type: string; result?: never; error?: string; message?: string }): void {
    const waiting = this.#waiting.get(message.id ?? 0);
    if (message.type === "success") waiting?.resolve(message.result as never);
    if (message.type === "error") waiting?.reject(new Error(`${message.error}: ${message.message}`));
  }

  #drop(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}
