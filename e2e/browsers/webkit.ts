// WebKitGTK's small browser on a screen that nobody sees, by WebDriver. It has Safari's engine, and Linux's own decoders,
// keyboards and screens.

import { expect } from "@playwright/test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { below } from "../harness/freeze.ts";
import { freePort } from "../harness/ports.ts";
import type { Program } from "../harness/processes.ts";
import { apart, filtered } from "./confined.ts";
import { Home } from "./unprivileged.ts";
import { WebDriver } from "./webdriver.ts";
import type { Actions, Window } from "./window.ts";

const SIZE = { width: 1180, height: 860 };
/** What an older WebKit lacks, by the feature that takes it away. */
const MISSING: Record<string, string> = { WebCodecs: "WebCodecsVideo", OffscreenCanvas: "OffscreenCanvasInWorkers" };
/** Nothing reads the screen aloud, and what is painted is painted without a graphics card, which costs half as much as playing one. */
const NO_DESKTOP = { NO_AT_BRIDGE: "1", WEBKIT_SKIA_ENABLE_CPU_RENDERING: "1" };
/** Elements of GStreamer that decode H.264; WebKit does not use them at this rank. */
const NO_H264 = { GST_PLUGIN_FEATURE_RANK: "avdec_h264:NONE,openh264dec:NONE,vah264dec:NONE,vaapih264dec:NONE,v4l2h264dec:NONE" };

/** Debian keeps the browser among the libraries. */
export function miniBrowser(): string | undefined {
  const places = readdirSync("/usr/lib").map((folder) => join("/usr/lib", folder, "webkit2gtk-4.1/MiniBrowser"));
  return places.find((place) => existsSync(place));
}

export class WebKit implements Window {
  private constructor(
    private readonly home: Home,
    private readonly screen: Program,
    private readonly program: Program,
    private readonly driver: WebDriver,
    readonly version: string,
  ) {}

  static async start(without: readonly string[]): Promise<WebKit> {
    const home = new Home();
    home.give();
    const screen = home.program("Xvfb", ["Xvfb", "-displayfd", "1", "-screen", "0", `${SIZE.width}x${SIZE.height}x24`, "-nolisten", "tcp"]);
    const [, display] = await screen.prints(/^(\d+)\n/m);
    const port = await freePort();
    const decoders = without.includes("H.264") ? NO_H264 : undefined;
    const program = home.program("WebKitWebDriver", ["WebKitWebDriver", "--host=127.0.0.1", `--port=${port}`], { DISPLAY: `:${display}`, ...NO_DESKTOP, ...decoders });
    const driver = new WebDriver(`http://127.0.0.1:${port}`);
    await expect.poll(() => driver.ready(), { timeout: 60_000 }).toBe(true);
    const features = without.flatMap((name) => (MISSING[name] ? [`!${MISSING[name]}`] : []));
    const args = ["--automation", "--enable-sandbox", ...(features.length > 0 ? [`--features=${features.join(",")}`] : [])];
    const told = await driver.begin<{ browserName: string; browserVersion: string }>({ acceptInsecureCerts: true, "webkitgtk:browserOptions": { binary: miniBrowser(), args } });
    await driver.command("POST", "/window/rect", { x: 0, y: 0, ...SIZE });
    return new WebKit(home, screen, program, driver, `WebKitGTK ${told.browserVersion}`);
  }

  async open(url: string): Promise<void> {
    await this.driver.command("POST", "/url", { url });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const text = await this.driver.command<string | null>("POST", "/execute/sync", { script: `return JSON.stringify(${expression})`, args: [] });
    return text === null ? (undefined as T) : (JSON.parse(text) as T);
  }

  async act(actions: Actions): Promise<void> {
    await this.driver.command("POST", "/actions", { actions });
  }

  async png(): Promise<Buffer> {
    return Buffer.from(await this.driver.command<string>("GET", "/screenshot"), "base64");
  }

  unconfined(): readonly string[] {
    const root = this.program.child.pid!;
    const pages = below(root, /^\S*WebKitWebProcess/);
    return pages.length === 0 ? ["no process of a page was found"] : pages.filter((pid) => !filtered(pid) || !apart(pid, root)).map((pid) => `process ${pid} of a page`);
  }

  async close(): Promise<void> {
    await this.driver.command("DELETE", "").catch(() => undefined);
    await this.program.end();
    await this.screen.end();
    this.home.forget();
  }
}
