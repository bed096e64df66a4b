// The peer that is measured beside us: the same Chromium on TigerVNC's X server, seen through noVNC in a browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/harness/ports.ts";
import { Program } from "../e2e/harness/processes.ts";

const CHROMIUM = new URL("../e2e/chromium", import.meta.url).pathname;
const NOVNC = "/usr/share/novnc";
const DISPLAY_FIRST = 70;

export class Peer {
  private constructor(
    private readonly folder: string,
    /** X server, Chromium and the WebSocket bridge. */
    readonly programs: readonly Program[],
    /** Where noVNC is served. */
    readonly origin: string,
  ) {}

  /** noVNC's page, connected at once, by way of an origin that leads here. */
  address(origin: string): string {
    return `${origin}/vnc_lite.html?host=localhost&port=${new URL(origin).port}&scale=true`;
  }

  static async show(url: string, size: string): Promise<Peer> {
    const folder = mkdtempSync(join(tmpdir(), "cobrowse-peer-"));
    const [port, web] = [await freePort(), await freePort()];
    const display = `:${DISPLAY_FIRST + (port % 100)}`;
    const server = new Program("Xtigervnc", "Xtigervnc", [display, "-geometry", size, "-depth", "24", "-SecurityTypes", "None", "-AlwaysShared", "-localhost", "-rfbport", String(port)]);
    await server.prints(/Listening for VNC connections/);
    const bridge = new Program("websockify", "websockify", ["--web", NOVNC, `127.0.0.1:${web}`, `127.0.0.1:${port}`]);
    await bridge.prints(/proxying from/);
    const flags = ["--kiosk", "--ozone-platform=x11", "--disable-gpu", "--no-first-run", "--password-store=basic", "--force-device-scale-factor=1", "--window-position=0,0"];
    const browser = new Program("chromium", CHROMIUM, [...flags, `--window-size=${size.replace("x", ",")}`, `--user-data-dir=${folder}`, url], { ...process.env, DISPLAY: display });
    return new Peer(folder, [server, bridge, browser], `http://localhost:${web}`);
  }

  async end(): Promise<void> {
    for (const program of [...this.programs].reverse()) await program.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
