// Follows one session with the server's watch, over broken links. No framework; useSession listens to it.

import { backoffMs } from "../core/backoff";
import { problemOf, type Problem } from "../core/problem";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import type { Backend } from "../transport/backend";
import { failureOf, isPassing } from "../transport/failure";

/** Without news for this long the watch is begun anew; it costs one small call. */
const SILENCE_MS = 45_000;

export interface FollowEvents {
  onSession(session: Session): void;
  /** For good: following has ended. */
  onProblem(problem: Problem): void;
  onLinked(linked: boolean): void;
}

export class SessionFollower {
  readonly #backend: Backend;
  readonly #sessionId: string;
  readonly #events: FollowEvents;
  readonly #watchdog: ReturnType<typeof setInterval>;
  #over = false;
  #call = new AbortController();
  #heardAt = Date.now();
  #wake: (() => void) | undefined;

  constructor(backend: Backend, sessionId: string, events: FollowEvents) {
    this.#backend = backend;
    this.#sessionId = sessionId;
    this.#events = events;
    this.#watchdog = setInterval(() => Date.now() - this.#heardAt > SILENCE_MS && this.anew(), SILENCE_MS / 4);
    void this.#follow();
  }

  stop(): void {
    this.#over = true;
    clearInterval(this.#watchdog);
    this.anew();
  }

  /** A stream can die without a word, above all on phones: begin it anew when the tab or the network is back. */
  anew(): void {
    this.#heardAt = Date.now();
    this.#call.abort();
    this.#wake?.();
  }

  async #follow(): Promise<void> {
    let attempt = 0;
    while (!this.#over) {
      this.#call = new AbortController();
      const { signal } = this.#call;
      try {
        let ended = false;
        for await (const { session } of this.#backend.sessions.watchSession({ sessionId: this.#sessionId }, { signal })) {
          attempt = 0;
          this.#heardAt = Date.now();
          this.#events.onLinked(true);
          if (session) this.#events.onSession(session);
          ended = session?.phase === Phase.ENDED;
        }
        if (ended) return;
      } catch (error) {
        if (this.#over) return;
        if (signal.aborted) continue;
        if (!isPassing(error)) return this.#events.onProblem(problemOf(failureOf(error)));
        if (attempt > 0) this.#events.onLinked(false);
      }
      await this.#nap(backoffMs(attempt++, Math.random));
    }
  }

  #nap(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
