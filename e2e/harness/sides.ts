// What flows ask of the two sides, whatever drives a person's browser: Playwright (people.ts) or the W3C's protocols
// (browsers/person.ts).

import type { SharedView } from "./shared-view.ts";

export interface Side {
  readonly shared: SharedView;
}

export interface EndUsersSide extends Side {
  /** From the website to a PIN. Returns the digits. */
  asksForHelp(address: string): Promise<string>;
  allows(): Promise<void>;
  stops(): Promise<void>;
  continues(): Promise<void>;
  /** Stop, and then End. */
  ends(): Promise<void>;
}

export interface AgentsSide extends Side {
  entersPin(pin: string): Promise<void>;
  /** Sees that the end user is asked, and nothing of the page. */
  waits(): Promise<void>;
  /** Waits until the page says that the session is over. */
  seesTheEnd(): Promise<void>;
}
