// Whoever runs the installation, with kubectl and nothing else: makes tenants, hands invitations on, and reaches into live sessions.

import { expect } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { Installation } from "../harness/installation.ts";
import type { Product } from "../harness/product.ts";

const NAMESPACE = "cobrowse-sessions";
/** The operator acts on what it sees at once; the machine may be busy. */
const SOON_MS = 30_000;

export interface Tenant {
  readonly status?: { readonly invitationSecret?: string; readonly invitation?: { readonly expiresAt: string; readonly usedAt?: string } };
}

export interface Session {
  readonly metadata: { readonly generation: number };
  readonly status: {
    readonly phase: string;
    readonly observedGeneration?: number;
    readonly expiresAt?: string;
    readonly finishReason?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

/** What may change of a live session: its `spec.lifecycle`. */
export interface Lifecycle {
  readonly paused?: boolean;
  readonly maxDuration?: string;
  readonly desiredState?: "Ended";
}

export class Platform {
  private constructor(private readonly installation: Installation) {}

  static of(product: Product): Platform {
    if (!(product instanceof Installation)) throw new Error("this takes an installation on a cluster: e2e/installation/flows");
    return new Platform(product);
  }

  /** Makes a tenant of a name that no other run had, with a site of its own, and gives the name. */
  async makesTenant(displayName: string): Promise<string> {
    const name = `tailspin-${randomBytes(4).toString("hex")}`;
    const site = `https://${name}.example.test`;
    const spec = { displayName, sites: [{ pattern: site, startUrl: `${site}/` }] };
    await this.kubectl(["apply", "--filename", "-"], JSON.stringify({ apiVersion: "cobrowse.dev/v1alpha1", kind: "CoBrowseTenant", metadata: { name, namespace: NAMESPACE }, spec }));
    return name;
  }

  async deletesTenant(name: string): Promise<void> {
    await this.kubectl(["delete", "cobrowsetenant", name, "--wait=false"]);
  }

  async tenant(name: string): Promise<Tenant> {
    return this.installation.objects(NAMESPACE, `cobrowsetenant/${name}`);
  }

  /** The Secret that the tenant's status names, once it is another than `before`, and the link in it. */
  async readsInvitation(tenant: string, before?: string): Promise<{ secret: string; link: string }> {
    let secret = "";
    const another = async () => {
      secret = (await this.tenant(tenant)).status?.invitationSecret ?? "";
      return secret !== "" && secret !== before;
    };
    await expect.poll(another, { timeout: SOON_MS, intervals: [100, 250] }).toBe(true);
    const encoded = await this.kubectl(["get", "secret", secret, "--output", "jsonpath={.data.link}"]);
    return { secret, link: Buffer.from(encoded, "base64").toString("utf8") };
  }

  /** Asks for one more invitation, by a word that was not there before. */
  async invitesAgain(tenant: string, word: string): Promise<void> {
    await this.kubectl(["annotate", "cobrowsetenant", tenant, "--overwrite", `cobrowse.dev/invite=${word}`]);
  }

  /** Waits until a Secret is gone, and the tenant's status names none. */
  async seesItGone(tenant: string, secret: string): Promise<Tenant> {
    const left = async () => [await this.kubectl(["get", "secret", secret, "--ignore-not-found", "--output", "name"]), (await this.tenant(tenant)).status?.invitationSecret];
    await expect.poll(left, { timeout: SOON_MS }).toEqual(["", undefined]);
    return this.tenant(tenant);
  }

  async session(name: string): Promise<Session> {
    return this.installation.objects(NAMESPACE, `cobrowsesession/${name}`);
  }

  /** Changes a session's lifecycle, and waits until the operator's status speaks of the change: its pod was told. */
  async changes(session: string, lifecycle: Lifecycle): Promise<Session> {
    await this.kubectl(["patch", "cobrowsesession", session, "--type=merge", "--patch", JSON.stringify({ spec: { lifecycle } })]);
    let now: Session | undefined;
    const behind = async () => {
      now = await this.session(session);
      return now.metadata.generation - (now.status.observedGeneration ?? 0);
    };
    await expect.poll(behind, { timeout: SOON_MS, intervals: [100, 250] }).toBe(0);
    return now!;
  }

  private kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.installation.kubectl(["--namespace", NAMESPACE, ...args], input);
  }
}
