// Debian's Firefox without a screen, by WebDriver BiDi.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { below } from "../harness/freeze.ts";
import type { Program } from "../harness/processes.ts";
import { Bidi } from "./bidi.ts";
import { filtered } from "./confined.ts";
import { Home } from "./unprivileged.ts";
import type { Actions, Window } from "./window.ts";

const SIZE = { width: 1180, height: 820 };

/** Nothing leaves this machine: every address but the local one goes to a proxy that is not there. */
const ALONE = {
  "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9,
  "network.proxy.socks": "127.0.0.1", "network.proxy.socks_port": 9, "network.proxy.no_proxies_on": "localhost, 127.0.0.1", "network.dns.disablePrefetch": true,
  "datareporting.policy.dataSubmissionEnabled": false, "intl.accept_languages": "en-GB",
};

/** What an older Firefox lacks, by the setting that takes it away. */
const MISSING: Record<string, string> = { WebCodecs: "dom.media.webcodecs.enabled" };

export class Firefox implements Window {
  readonly #home: Home;
  readonly #program: Program;
  readonly #bidi: Bidi;
  readonly #context: string;
  readonly version: string;

  private constructor(home: Home, program: Program, bidi: Bidi, context: string, version: string) {
    this.#home = home;
    this.#program = program;
    this.#bidi = bidi;
    this.#context = context;
    this.version = version;
  }

  static async start(without: readonly string[]): Promise<Firefox> {
    const home = new Home();
    const settings = { ...ALONE, ...Object.fromEntries(without.map((name) => [MISSING[name]!, false])) };
    const file = join(home.folder, "user.js");
    writeFileSync(file, Object.entries(settings).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`).join(""));
    home.give(file);
    const program = home.program("Firefox", ["firefox-esr", "--headless", "--no-remote", "--profile", home.folder, "--remote-debugging-port", "0", "about:blank"]);
    const [, address] = await program.prints(/WebDriver BiDi listening on (ws:\S+)/, 60_000);
    const bidi = await Bidi.connect(`${address}/session`);
    const wanted = { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } };
    const { capabilities } = await bidi.send<{ capabilities: { browserName: string; browserVersion: string } }>("session.new", wanted);
    const { contexts } = await bidi.send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
    const context = contexts[0]!.context;
    await bidi.send("browsingContext.setViewport", { context, viewport: SIZE, devicePixelRatio: 1 });
    return new Firefox(home, program, bidi, context, `Firefox ${capabilities.browserVersion}`);
  }

  async open(url: string): Promise<void> {
    await this.#bidi.send("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const wanted = { expression: `JSON.stringify(${expression})`, target: { context: this.#context }, awaitPromise: false };
    const answer = await this.#bidi.send<{ type: string; result?: { value?: string }; exceptionDetails?: { text: string } }>("script.evaluate", wanted);
    if (answer.type !== "success") throw new Error(`${expression}: ${answer.exceptionDetails?.text}`);
    return answer.result?.value === undefined ? (undefined as T) : (JSON.parse(answer.result.value) as T);
  }

  async act(actions: Actions): Promise<void> {
    await this.#bidi.send("input.performActions", { context: this.#context, actions });
  }

  async png(): Promise<Buffer> {
    const { data } = await this.#bidi.send<{ data: string }>("browsingContext.captureScreenshot", { context: this.#context });
    return Buffer.from(data, "base64");
  }

  unconfined(): readonly string[] {
    const pages = below(this.#program.child.pid!, /-contentproc .*\btab\b/);
    return pages.length === 0 ? ["no process of a page was found"] : pages.filter((pid) => !filtered(pid)).map((pid) => `process ${pid} of a page`);
  }

  async close(): Promise<void> {
    this.#bidi.close();
    await this.#program.end();
    this.#home.forget();
  }
}
