// WebDriver over HTTP: commands of one session and their answers.

/** Bounds hangs alone: a browser may take long to start on a busy machine. */
const ANSWER_MAX_MS = 60_000;

export class WebDriver {
  #session = "";

  constructor(private readonly origin: string) {}

  /** Whether the driver listens and would take a session. */
  async ready(): Promise<boolean> {
    return this.send<{ ready: boolean }>("GET", "/status").then(({ ready }) => ready, () => false);
  }

  async begin<T>(capabilities: object): Promise<T> {
    const made = await this.send<{ sessionId: string; capabilities: T }>("POST", "/session", { capabilities: { alwaysMatch: capabilities } });
    this.#session = `/session/${made.sessionId}`;
    return made.capabilities;
  }

  /** A command of the session: "/url", "/actions". */
  command<T>(method: string, path: string, body?: object): Promise<T> {
    return this.send(method, this.#session + path, body);
  }

  private async send<T>(method: string, path: string, body?: object): Promise<T> {
    const signal = AbortSignal.timeout(ANSWER_MAX_MS);
    const response = await fetch(this.origin + path, { method, signal, ...(body && { body: JSON.stringify(body) }) });
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }
}
