// The product as flows know it: where it is, who may sign in, what it wrote, and the sample websites. What stands behind differs:
// one process on this machine, or an installation on a cluster.

import type { start } from "../../examples/shop/server.mjs";
import type { Allowed, Found, Markers } from "./left.ts";

export interface SignIn {
  readonly email: string;
  readonly password: string;
}

/** What the sample websites know; see examples/shop/state.mjs. */
export interface SiteState {
  readonly orders: readonly Record<string, unknown>[];
  readonly uploads: readonly { name: string; size: number; sum: string }[];
  readonly searches: readonly string[];
  readonly acts: readonly Record<string, unknown>[];
  readonly signIns: readonly Record<string, unknown>[];
  readonly transfers: readonly Record<string, unknown>[];
  /** Where the shared browser is. */
  readonly where: { readonly path: string; readonly scrollY: number; readonly focus: string };
}

export type Sites = Awaited<ReturnType<typeof start>>;
export type TenantName = "northwind" | "contoso";
export type RoleName = "agent" | "supervisor";

export abstract class Product {
  protected constructor(
    /** Origin of session-api. */
    readonly console: string,
    protected readonly sites: Sites,
  ) {}

  get shop(): string {
    return this.sites.site.shop;
  }

  get bank(): string {
    return this.sites.site.bank;
  }

  /** What happened on the sample websites. */
  state(): SiteState {
    return this.sites.site.state.seen() as SiteState;
  }

  /** Forgets what happened on the sample websites, for flows that share a product. */
  forget(): void {
    this.sites.site.state.clear();
  }

  /** A demo account. Each tenant has two people: an agent, and a supervisor who may help as well. */
  signIn(tenant: TenantName, role: RoleName = "agent"): SignIn {
    const line = new RegExp(`${role}\\s+(\\S+@${tenant}\\S*)\\s+(?:password\\s+)?(\\S{8,})`).exec(this.signIns());
    if (!line) throw new Error(`no demo sign-in of ${tenant}'s ${role} was told:\n${this.signIns()}`);
    return { email: line[1]!, password: line[2]! };
  }

  /** The lines that tell the demo's sign-ins. */
  protected abstract signIns(): string;

  /** Everything the product's programs printed so far. */
  abstract printed(): string;

  /** Every byte the product wrote where it stays, by place. */
  abstract written(): Iterable<[string, Buffer]>;

  /** What is found of these in files that the product, or what runs it, wrote since. */
  abstract searchDisk(markers: Markers, since: number, allowed?: Allowed): Found[];

  /** The cookies that the shop gave to whoever visited it: one for each browser. */
  cookies(): string[] {
    return [...this.sites.site.state.visitors.keys()] as string[];
  }

  abstract end(): Promise<void>;
}
