// The product as it was installed on a cluster, by somebody else: a file that FLOWS_INSTALLATION names tells where it is. The flows, and
// the sample websites with them, run in the world beside the cluster: `cluster world e2e/run ...`.

import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { start } from "../../examples/shop/server.mjs";
import { expect } from "@playwright/test";
import { type Allowed, type Found, type Markers, search, searchFiles } from "./left.ts";
import { Product, type Sites } from "./product.ts";

const GIVEN = process.env["FLOWS_INSTALLATION"];
/** Logs of all pods of a session of tests are some megabytes. */
const OUTPUT_MAX = 256 * 1024 * 1024;
/** Helm renders and tells; it waits for nothing. */
const UPGRADE_MS = 60_000;
const run = promisify(execFile);
const SESSIONS = "cobrowse-sessions";
/** The pod of a session that ended tells its last words, and goes. */
const GONE_MS = 60_000;
/** What the node has outside of the cluster's own folder: its containers and volumes as they see them, and the machine's logs. */
const NODE = ["/run/cobrowse-cluster", "/run/cobrowse-images", "/var/log", "/var/tmp", "/var/lib/systemd/coredump", "/var/crash"];

/** What the file tells. A command is a program and its arguments. */
interface Told {
  /** Origin of session-api, as people reach it. */
  readonly console: string;
  /** Where the names of session-api and of the websites lead, as Chromium's rules of its resolver. */
  readonly hosts: string;
  /** The lines that told the sign-ins of the demo's accounts. */
  readonly signIns: string;
  /** Where the sample websites are to be served; files in PEM. */
  readonly site: { readonly name: string; readonly address: string; readonly certificate: string; readonly key: string };
  /** Prints what the product's programs logged. */
  readonly logs: readonly (readonly string[])[];
  /** Takes the product that was installed to this release. */
  readonly upgrade: readonly (readonly string[])[];
  /** `kubectl`, before its arguments. */
  readonly kubectl: readonly string[];
  /** Prints what the product keeps, by its place. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

export class Installation extends Product {
  private constructor(
    private readonly told: Told,
    sites: Sites,
  ) {
    super(told.console, sites);
  }

  static isGiven(): boolean {
    return GIVEN !== undefined;
  }

  /** Where names lead, as Chromium's rules of its resolver. */
  static hosts(): string {
    return tells().hosts;
  }

  static async find(): Promise<Installation> {
    const told = tells();
    return new Installation(told, await start({ port: 443, console: told.console, domain: told.site }));
  }

  protected signIns(): string {
    return this.told.signIns;
  }

  printed(): string {
    return this.told.logs.map((command) => output(command).toString("utf8")).join("\n");
  }

  *written(): Iterable<[string, Buffer]> {
    for (const [place, command] of Object.entries(this.told.kept)) yield [place, output(command)];
  }

  /** Upgrades the product, and returns when the cluster was told all of it. */
  async upgrade(): Promise<void> {
    for (const [program, ...args] of this.told.upgrade) await run(program!, args, { timeout: UPGRADE_MS });
  }

  /** Has session-api's replicas replaced, one after the other, and waits for the new ones. */
  async startAnew(): Promise<void> {
    const of = ["--namespace", "cobrowse", "rollout"];
    await this.kubectl([...of, "restart", "deployment/cobrowse-session-api"]);
    await this.kubectl([...of, "status", "deployment/cobrowse-session-api", "--timeout=120s"], "", 150_000);
  }

  /** What `kubectl` prints when it is run with these arguments, and perhaps something to read. */
  async kubectl(args: readonly string[], input = "", timeout = 30_000): Promise<string> {
    const [program, ...before] = this.told.kubectl;
    const running = run(program!, [...before, ...args], { maxBuffer: OUTPUT_MAX, timeout });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  /** What `kubectl get` says of objects of a namespace. */
  async objects<T>(namespace: string, what: string): Promise<T> {
    return JSON.parse(await this.kubectl(["--namespace", namespace, "get", what, "--output", "json"])) as T;
  }

  /** On the node: etcd, all logs, the container runtime, the kubelet, volumes in memory as long as they are mounted, swap, core dumps. */
  searchDisk(markers: Markers, since: number, allowed?: Allowed): Found[] {
    const swaps = readFileSync("/proc/swaps", "utf8").trim().split("\n").slice(1).map((line) => line.split(/\s+/)[0]!);
    const swapped = swaps.flatMap((path) => search(markers, path, readFileSync(path)));
    return [...swapped, ...searchFiles(markers, [process.env["CLUSTER_RUN"]!, ...NODE, coreDumps()], since, allowed)];
  }

  /** UID of the pod that a session has. */
  async podOf(session: string): Promise<string> {
    const { status } = await this.objects<{ status: { binding: { podUID: string } } }>(SESSIONS, `cobrowsesession/${session}`);
    return status.binding.podUID;
  }

  /** Waits until a pod has no object, no process and no volume any more. */
  async seesGone(pod: string): Promise<void> {
    const left = async () => {
      const all = await this.objects<{ items: { metadata: { uid: string } }[] }>(SESSIONS, "pods");
      const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n").filter((line) => line.includes(pod));
      const processes = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && cgroupOf(pid).includes(pod));
      return [...all.items.filter(({ metadata }) => metadata.uid === pod), ...mounts, ...processes];
    };
    await expect.poll(left, { timeout: GONE_MS, intervals: [250, 500] }).toEqual([]);
  }

  async end(): Promise<void> {
    await this.sites.stop();
  }
}

function tells(): Told {
  return JSON.parse(readFileSync(GIVEN!, "utf8")) as Told;
}

/** Where the kernel puts the memory of what crashed, where that is a file. */
function coreDumps(): string {
  const pattern = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim();
  return pattern.startsWith("/") ? dirname(pattern) : "/var/lib/systemd/coredump";
}

function cgroupOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    // It has ended.
    return "";
  }
}

function output(command: readonly string[]): Buffer {
  const [program, ...args] = command;
  return execFileSync(program!, args, { maxBuffer: OUTPUT_MAX, timeout: 30_000, stdio: ["ignore", "pipe", "pipe"] });
}
