// Which keys go to the page, which stay with the viewer's own browser, and which are text of an input method. Pure.

export interface KeyPress {
  code: string;
  key: string;
  shift: boolean;
  control: boolean;
  alt: boolean;
  meta: boolean;
  composing: boolean;
}

/** Bits of `Key.modifiers`. */
export const SHIFT = 1;
export const CONTROL = 2;
export const ALT = 4;
export const META = 8;

export type KeyRoute =
  /** Leave it to the viewer's own browser. */
  | "local"
  /** Let it make text in the hidden field; what comes out is sent as text. */
  | "text"
  /** Let the browser fire its paste event, then send clipboard and keys. */
  | "paste"
  /** Leave the page and go to the tools. */
  | "leave"
  /** Send it to the page. */
  | "page";

/** The key that takes keyboard users out of the page. */
export const LEAVE_KEY = "F6";

const LOCAL_ALONE = new Set(["F5", "F11", "F12", "PrintScreen", "AudioVolumeUp", "AudioVolumeDown", "AudioVolumeMute"]);
const LOCAL_WITH_CONTROL = new Set(["t", "n", "w", "l", "r", "tab", "pageup", "pagedown", "+", "-", "=", "0", "q"]);
const LOCAL_WITH_CONTROL_SHIFT = new Set(["t", "n", "w", "i", "j", "c", "r", "tab"]);

/** Where the key is on a keyboard; "" when the browser does not say. */
function placeOf({ code }: KeyPress): string {
  return code === "Unidentified" ? "" : code;
}

export function routeKey(press: KeyPress, apple: boolean): KeyRoute {
  if (press.composing || press.key === "Process" || press.key === "Dead" || press.key === "Unidentified" || press.key === "") return "text";
  if (press.key === LEAVE_KEY && !press.control && !press.alt && !press.meta) return "leave";
  if (LOCAL_ALONE.has(press.key)) return "local";
  const key = press.key.toLowerCase();
  const command = apple ? press.meta : press.control;
  // Keyboards of glass may tell a character and no key. Without a place it cannot be pressed elsewhere, so it is text.
  if (placeOf(press) === "" && [...press.key].length === 1 && !press.control && !press.meta) return "text";
  // AltGr reports control and alt together; it makes characters, not shortcuts.
  if (command && !press.alt) {
    if (press.shift && LOCAL_WITH_CONTROL_SHIFT.has(key)) return "local";
    if (!press.shift && key === "v") return "paste";
    if (LOCAL_WITH_CONTROL.has(key)) return "local";
  }
  if (apple && press.meta && (key === "h" || key === "m" || key === " ")) return "local";
  if (!apple && press.meta && press.key !== "Meta") return "local";
  if (press.alt && !press.control && (press.key === "Tab" || press.key === "F4")) return "local";
  return "page";
}

/** The browser in the cloud runs on Linux: Command on a Mac means Control there. */
export function modifiersOf(press: KeyPress, apple: boolean): number {
  const control = press.control || (apple && press.meta);
  return (press.shift ? SHIFT : 0) | (control ? CONTROL : 0) | (press.alt ? ALT : 0) | (!apple && press.meta ? META : 0);
}

export function remoteKey(press: KeyPress, apple: boolean): { code: string; key: string } {
  if (apple && press.key === "Meta") return { code: press.code === "MetaRight" ? "ControlRight" : "ControlLeft", key: "Control" };
  return { code: placeOf(press), key: press.key };
}

/** macOS tells nothing about keys released while Command is held, so they are released at once. */
export function releasesAtOnce(press: KeyPress, apple: boolean): boolean {
  return apple && press.meta && press.key !== "Meta";
}
