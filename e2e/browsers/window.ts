// One window of a browser, over the W3C's protocols: what both of them can do, and no more.

/** What is pressed and moved, in the form that both protocols share (WebDriver, "Actions"). */
export type Actions = readonly Record<string, unknown>[];

export interface Window {
  /** The engine and its version, as the browser tells them. */
  readonly version: string;
  open(address: string): Promise<void>;
  /** The value of an expression, which must survive JSON. */
  evaluate<T>(expression: string): Promise<T>;
  act(sources: Actions): Promise<void>;
  /** What is on the screen, as the browser's own PNG. */
  png(): Promise<Buffer>;
  /** Names of processes that must be confined by the browser's own sandbox, and are not. */
  unconfined(): readonly string[];
  close(): Promise<void>;
}
