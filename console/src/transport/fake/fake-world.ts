// The one session of the fake backend, and who follows it.

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ParticipantSchema, PermissionsSchema, EndReason, Role, type Participant } from "../../gen/cobrowse/v1/participant_pb";
import { Phase, SessionSchema, type Session } from "../../gen/cobrowse/v1/session_pb";

export type Seat = "end-user" | "agent";

export const END_USER = "p-user";
export const AGENT = "p-agent";
const PIN_MS = 10 * 60_000;
const CHOICE_MS = 30_000;

export class FakeWorld {
  readonly seat: Seat;
  /** What `?fake=` says: "slow", "touch" and so on. */
  readonly script: string;
  readonly endUser: Participant;
  readonly agent: Participant;
  session: Session | undefined;
  paused = false;
  /** By an administrator. */
  held = false;
  /** How long it still may last. */
  remainingMs = 7_200_000;
  pauseEpoch = 0;
  choiceUntil = 0;
  readonly #watchers = new Set<() => void>();

  constructor(seat: Seat, script: string) {
    this.seat = seat;
    this.script = script;
    this.endUser = create(ParticipantSchema, { id: END_USER, role: Role.END_USER, name: "", connected: true, permissions: create(PermissionsSchema, { view: true, point: true, act: true, clipboard: true }) });
    this.agent = create(ParticipantSchema, { id: AGENT, role: Role.AGENT, name: "Sam de Vries", company: "Northwind Support", connected: true, permissions: create(PermissionsSchema, {}) });
  }

  make(): Session {
    this.session = create(SessionSchema, {
      id: "s-fake", tenant: "northwind", company: "Northwind", phase: Phase.WAITING, participants: [this.endUser],
      pinExpiresAt: timestampFromMs(Date.now() + (this.script === "expiry" ? 20_000 : PIN_MS)), selfId: this.seat === "agent" ? AGENT : END_USER,
    });
    return this.session;
  }

  /** The session, made if this tab was loaded anew. */
  get now(): Session {
    return this.session ?? this.make();
  }

  change(part: Partial<Pick<Session, "phase" | "participants" | "waitingIds" | "endReason" | "returnUrl" | "pinExpiresAt" | "queuePlace">>): void {
    this.session = create(SessionSchema, { ...this.now, ...part });
    for (const wake of this.#watchers) wake();
  }

  /** Third in the queue, and then in turn. */
  queue(): void {
    for (const [place, after] of [[2, 2_000], [1, 4_000]] as const) setTimeout(() => this.change({ phase: Phase.QUEUED, queuePlace: place }), after);
    this.change({ phase: Phase.QUEUED, queuePlace: 3 });
    setTimeout(() => this.change({ phase: Phase.WAITING, queuePlace: 0 }), 6_000);
  }

  knock(): void {
    this.change({ phase: Phase.KNOCKING, participants: [this.endUser, this.agent], waitingIds: [AGENT] });
  }

  allow(permissions: { view: boolean; point: boolean; act: boolean; clipboard: boolean }): void {
    this.agent.permissions = create(PermissionsSchema, permissions);
    this.change({ phase: Phase.STARTING, waitingIds: [], participants: [this.endUser, this.agent] });
    setTimeout(() => this.session?.phase === Phase.STARTING && this.change({ phase: Phase.LIVE }), 1_500);
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.choiceUntil = Date.now() + CHOICE_MS;
    const epoch = this.pauseEpoch + 1;
    setTimeout(() => this.paused && this.pauseEpoch === epoch && this.end(EndReason.STOPPED), CHOICE_MS);
    this.pauseEpoch++;
    this.change({ phase: Phase.PAUSED });
  }

  resume(): void {
    this.paused = false;
    this.change({ phase: Phase.LIVE });
  }

  /** What an administrator does to the session. */
  administer(held: boolean, remainingMs: number): void {
    this.held = held;
    this.remainingMs = remainingMs;
    this.change({});
  }

  end(endReason: EndReason): void {
    if (this.session?.phase === Phase.ENDED) return;
    this.change({ phase: Phase.ENDED, endReason, returnUrl: this.seat === "end-user" ? "https://shop.example/cart" : "" });
  }

  /** Resolves at the next change. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#watchers.delete(wake);
        resolve();
      };
      this.#watchers.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  onChange(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }
}
