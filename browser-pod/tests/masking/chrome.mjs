// One real Chromium, driven over its DevTools pipe: flat sessions, attached to every page and frame before they run.
// It has Chrome's sandbox on, and an unprivileged user when the tests run as root.

import { spawn } from "node:child_process";
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env.COBROWSE_CHROMIUM ?? "/usr/lib/chromium/chromium";
/** The user `nobody`, for Chrome refuses to run sandboxed as root. */
const NOBODY = 65534;
const CALL_LIMIT_MS = 30_000;

const FLAGS = [
  "--headless=new",
  "--remote-debugging-pipe",
  "--enable-unsafe-extension-debugging",
  "--no-first-run",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--site-per-process",
  "--disable-features=BackForwardCache,Prerender2,Translate,OptimizationHints,PaintHolding",
  "--window-size=900,700",
  "--force-device-scale-factor=1",
];

/** A Chrome process and the one connection to it. */
export class Chrome {
  #process;
  #folder;
  #next = 1;
  #calls = new Map();
  #rest = Buffer.alloc(0);
  /** Called with every event: (method, params, sessionId). */
  listeners = new Set();

  static async start(extension) {
    const chrome = new Chrome();
    const folder = mkdtempSync(join(tmpdir(), "cobrowse-masking-"));
    chrome.#folder = folder;
    const root = process.getuid() === 0;
    const copy = join(folder, "extension");
    cpSync(extension, copy, { recursive: true });
    const profile = join(folder, "profile");
    mkdirSync(profile);
    if (root) {
      chownSync(folder, NOBODY, NOBODY);
      chownSync(profile, NOBODY, NOBODY);
    }
    const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--no-new-privs", "--"];
    const [program, ...args] = [...(root ? asNobody : []), PROGRAM, ...FLAGS, `--user-data-dir=${profile}`, "about:blank"];
    chrome.#process = spawn(program, args, {
      stdio: ["ignore", "ignore", process.env.COBROWSE_CHROMIUM_LOG ? "inherit" : "ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, LANG: "C.UTF-8", DBUS_SESSION_BUS_ADDRESS: "disabled:" },
      detached: true,
    });
    chrome.#process.stdio[4].on("data", (bytes) => chrome.#receive(bytes));
    chrome.#process.on("error", (error) => chrome.#fail(error));
    chrome.#process.on("exit", () => chrome.#fail(new Error("Chrome ended")));
    chrome.#process.stdio[3].on("error", () => {});
    chrome.extension = copy;
    return chrome;
  }

  /** One call of the protocol. */
  call(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new Error(`${method} was not answered`));
      }, CALL_LIMIT_MS);
      this.#calls.set(id, { method, resolve, reject, timer });
      this.#process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    });
  }

  /** Loads the extension that `start` was given; its id. */
  async load() {
    return (await this.call("Extensions.loadUnpacked", { path: this.extension })).id;
  }

  /** Ends Chrome and removes its files. */
  async stop() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      process.kill(-this.#process.pid, "SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  #receive(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(0); end >= 0; end = this.#rest.indexOf(0)) {
      const message = JSON.parse(this.#rest.subarray(0, end).toString("utf8"));
      this.#rest = this.#rest.subarray(end + 1);
      this.#dispatch(message);
    }
  }

  #dispatch({ id, method, params, result, error, sessionId }) {
    if (id === undefined) {
      for (const listener of [...this.listeners]) listener(method, params, sessionId);
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (error) call.reject(new Error(`${call.method}: ${error.message}`));
    else call.resolve(result);
  }

  #fail(error) {
    for (const call of this.#calls.values()) {
      clearTimeout(call.timer);
      call.reject(error);
    }
    this.#calls.clear();
  }
}
