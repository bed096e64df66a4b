// The whole product on this machine: sample websites and session-api with its pods, on free ports, with a data folder of its own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../examples/shop/server.mjs";
import { asTheProductsUser, giveToTheProductsUser, programs } from "./identity.ts";
import { type Allowed, type Found, type Markers, searchFiles } from "./left.ts";
import { freePort } from "./ports.ts";
import { Program } from "./processes.ts";
import { Product, type Sites } from "./product.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export interface StackOptions {
  /** More settings of session-api, as flags. */
  readonly settings?: readonly string[];
  /** Limits of both tenants' sessions, as in their objects. */
  readonly limits?: Readonly<Record<string, string>>;
}

export class Stack extends Product {
  private readonly replicas: Program[] = [];

  private constructor(
    readonly folder: string,
    readonly door: Program,
    console: string,
    sites: Sites,
  ) {
    super(console, sites);
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), "cobrowse-flow-"));
    const port = await freePort();
    const console = `https://localhost:${port}`;
    const sites = await start({ port: 0, bankPort: 0, console });
    copyTenants(join(folder, "tenants"), { 8300: new URL(sites.site.shop).port, 8301: new URL(sites.site.bank).port }, options.limits ?? {});
    giveToTheProductsUser(folder);
    const door = serve(folder, port, ["--demo", ...(options.settings ?? [])]);
    try {
      await door.prints(/CoBrowse is ready/);
      await Promise.all(["northwind", "contoso"].map((tenant) => door.prints(new RegExp(`supervisor\\s+\\S+@${tenant}\\S*\\s+\\S+`))));
      return new Stack(folder, door, console, sites);
    } catch (error) {
      await door.end();
      await sites.stop();
      throw error;
    }
  }

  /** A second session-api on the same store, without pods of its own. */
  async replica(): Promise<{ program: Program; origin: string }> {
    const port = await freePort();
    const program = serve(this.folder, port, ["--warm-pods", "0"]);
    this.replicas.push(program);
    await program.prints(/CoBrowse is ready/);
    return { program, origin: `https://localhost:${port}` };
  }

  /** The sample websites alone. */
  static sites() {
    return start({ port: 0, bankPort: 0 });
  }

  /** The database file of the store. */
  get store(): string {
    return join(this.folder, "data", "cobrowse.db");
  }

  protected signIns(): string {
    return this.door.output;
  }

  printed(): string {
    return this.door.output;
  }

  *written(): Iterable<[string, Buffer]> {
    const data = join(this.folder, "data");
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) yield [path, readFileSync(path)];
    }
  }

  searchDisk(markers: Markers, since: number, allowed?: Allowed): Found[] {
    return searchFiles(markers, [this.folder], since, allowed);
  }

  async end(): Promise<void> {
    for (const replica of this.replicas) await replica.end();
    await this.door.end();
    await this.sites.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function serve(folder: string, port: number, settings: readonly string[]): Program {
  const own = ["--data-dir", join(folder, "data"), "--tenants", join(folder, "tenants"), "--log-format", "json"];
  const ports = ["--listen", `127.0.0.1:${port}`, "--admin-listen", "127.0.0.1:0"];
  const { program, args, env } = asTheProductsUser(join(programs, "session-api"), ["serve", ...own, ...ports, ...settings], folder);
  return new Program("session-api", program, args, env);
}

/** The demo's tenants, with the ports and limits of this run. */
function copyTenants(to: string, ports: Record<string, string>, limits: Readonly<Record<string, string>>): void {
  const from = join(ROOT, "examples/tenants");
  const session = Object.entries(limits).map(([name, value]) => `    ${name}: ${value}\n`).join("");
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const text = readFileSync(join(from, name), "utf8").replace(/\b830[01]\b/g, (port) => ports[port] ?? port);
    const limited = session === "" ? text : text.replace(/^  session:\n(?: {4}.*\n)*/m, "").replace(/^spec:\n/m, `spec:\n  session:\n${session}`);
    writeFileSync(join(to, name), limited);
  }
}
