// What survives a reload of this tab, and only of this tab: sessionStorage. Nothing is ever put in an address.

export interface KeptStart {
  sessionId: string;
  token: string;
  pin: string;
  pinExpiresAtMs: number;
  /** Somebody knocked with this PIN; it lets nobody else in. */
  pinSpent: boolean;
  company: string;
  origin: string;
}

export interface KeptAgent {
  sessionId: string;
}

interface Kept {
  start: KeptStart;
  agent: KeptAgent;
}

export function keep<K extends keyof Kept>(which: K, value: Kept[K]): void {
  try {
    sessionStorage.setItem(`cobrowse.${which}`, JSON.stringify(value));
  } catch {
    // Storage is off: the session works, only a reload loses it.
  }
}

export function kept<K extends keyof Kept>(which: K): Kept[K] | undefined {
  try {
    const text = sessionStorage.getItem(`cobrowse.${which}`);
    const value: unknown = text ? JSON.parse(text) : undefined;
    return isKept(value) ? (value as Kept[K]) : undefined;
  } catch {
    return undefined;
  }
}

export function forget(which: keyof Kept): void {
  try {
    sessionStorage.removeItem(`cobrowse.${which}`);
  } catch {
    // Nothing was kept.
  }
}

function isKept(value: unknown): boolean {
  return typeof value === "object" && value !== null && "sessionId" in value && typeof value.sessionId === "string";
}
