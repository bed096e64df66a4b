// Keyboard, input methods, phone keyboards and paste: all through one hidden text field over the page.

import { CONTROL, modifiersOf, releasesAtOnce, remoteKey, routeKey, type KeyPress } from "../core/keys";
import { PAD, TypedText, wantsReset, type TextOut } from "../core/typing";
import type { Look } from "./stage-context";
import { KeySpot } from "./stage-key-spot";

/** Most text that one paste sets, in UTF-16 units; the contract allows 256 KiB. */
const PASTE_MAX = 64 * 1024;
/** Most text in one TextInput, in UTF-16 units; the contract allows 4,096 bytes. */
const COMMIT_MAX = 1_024;

export class StageKeys {
  readonly #look: Look;
  readonly #field: HTMLTextAreaElement;
  readonly #typed = new TypedText();
  readonly #spot: KeySpot;
  readonly #held = new Map<string, string>();
  #composing = false;

  constructor(field: HTMLTextAreaElement, look: Look) {
    this.#field = field;
    this.#look = look;
    this.#spot = new KeySpot(look);
    this.#reset();
  }

  listen(signal: AbortSignal): void {
    const on = <K extends keyof HTMLElementEventMap>(type: K, handler: (event: HTMLElementEventMap[K]) => void) =>
      this.#field.addEventListener(type, handler, { signal });
    on("keydown", (event) => this.#down(event));
    on("keyup", (event) => this.#up(event));
    on("compositionstart", () => {
      this.#composing = true;
    });
    on("compositionend", () => {
      this.#composing = false;
      this.#commit();
    });
    on("input", () => (this.#composing ? this.#send(this.#typed.compose(this.#field.value)) : this.#commit()));
    on("paste", (event) => {
      event.preventDefault();
      void this.paste((event as ClipboardEvent).clipboardData?.getData("text/plain") ?? "");
    });
    on("blur", () => {
      this.release();
      this.#spot.leave();
    });
    on("focus", () => this.#reset());
    window.addEventListener("blur", () => this.release(), { signal });
  }

  /** Text that is being composed counts as typed. Called before each press of a pointer. */
  finish(): void {
    if (!this.#composing && !this.#typed.composing) return;
    this.#composing = false;
    this.#commit();
    this.#reset();
  }

  release(): void {
    this.finish();
    const had = this.#held.size > 0;
    this.#held.clear();
    if (had && this.#look().mayAct) this.#look().controller.act({ case: "releaseAll", value: true });
  }

  #down(event: KeyboardEvent): void {
    const look = this.#look();
    const press = pressOf(event);
    const route = routeKey(press, look.apple);
    if (route === "leave") {
      event.preventDefault();
      return look.onLeave();
    }
    if (this.#spot.key(event)) return event.preventDefault();
    if (route !== "page") return;
    event.preventDefault();
    if (!look.mayAct) return;
    this.finish();
    const { code, key } = remoteKey(press, look.apple);
    const modifiers = modifiersOf(press, look.apple);
    this.#held.set(holdOf(event), key);
    look.controller.act({ case: "key", value: { code, key, down: true, modifiers } });
    if (releasesAtOnce(press, look.apple)) {
      this.#held.delete(holdOf(event));
      look.controller.act({ case: "key", value: { code, key, down: false, modifiers } });
    }
  }

  #up(event: KeyboardEvent): void {
    const look = this.#look();
    const pressedAs = this.#held.get(holdOf(event));
    if (pressedAs === undefined) return;
    event.preventDefault();
    this.#held.delete(holdOf(event));
    if (!look.mayAct) return;
    const press = pressOf(event);
    const { code } = remoteKey(press, look.apple);
    look.controller.act({ case: "key", value: { code, key: pressedAs, down: false, modifiers: modifiersOf(press, look.apple) } });
  }

  #commit(): void {
    this.#send(this.#typed.commit(this.#field.value));
    if (wantsReset(this.#field.value)) this.#reset();
  }

  #send(text: TextOut | undefined): void {
    const { mayAct, controller } = this.#look();
    if (!text || !mayAct) return;
    const lines = text.commit.split("\n");
    lines.forEach((line, index) => {
      if (index > 0) this.#tap("Enter", "Enter", 0);
      const deleteBefore = index === 0 ? text.deleteBefore : 0;
      const preedit = index === lines.length - 1 ? text.preedit : "";
      if (index > 0 && line === "" && preedit === "") return;
      controller.act({ case: "text", value: { preedit, commit: line.slice(0, COMMIT_MAX), deleteBefore } });
      for (let at = COMMIT_MAX; at < line.length; at += COMMIT_MAX) controller.act({ case: "text", value: { commit: line.slice(at, at + COMMIT_MAX) } });
    });
  }

  /** Text from this person's clipboard goes into the page. */
  async paste(whole: string): Promise<void> {
    const { controller, mayAct, endUser } = this.#look();
    const text = whole.slice(0, PASTE_MAX);
    if (!text || !mayAct) return;
    const field = endUser ? controller.view().live.protectedFields.find((one) => one.focused) : undefined;
    if (field) {
      await controller.command({ case: "protectedText", value: { fieldId: field.id, text } });
      return;
    }
    const result = await controller.command({ case: "clipboard", value: { text } });
    if (result?.ok) this.#tap("KeyV", "v", CONTROL);
  }

  /** What a menu's item does: Control and a letter. */
  shortcut(letter: "a" | "c" | "x"): void {
    if (this.#look().mayAct) this.#tap(`Key${letter.toUpperCase()}`, letter, CONTROL);
  }

  #tap(code: string, key: string, modifiers: number): void {
    const { controller } = this.#look();
    const alone = modifiers === CONTROL && ![...this.#held.keys()].some((held) => /^(Control|Meta)/.test(held));
    if (alone) controller.act({ case: "key", value: { code: "ControlLeft", key: "Control", down: true, modifiers } });
    controller.act({ case: "key", value: { code, key, down: true, modifiers } });
    controller.act({ case: "key", value: { code, key, down: false, modifiers } });
    if (alone) controller.act({ case: "key", value: { code: "ControlLeft", key: "Control", down: false, modifiers: 0 } });
  }

  #reset(): void {
    this.#field.value = PAD;
    this.#field.setSelectionRange(PAD.length, PAD.length);
    this.#typed.reset();
  }
}

/** What a press and its release have in common: the key's place, or its name on keyboards without places. */
function holdOf({ code, key }: KeyboardEvent): string {
  return code === "" || code === "Unidentified" ? key : code;
}

function pressOf(event: KeyboardEvent): KeyPress {
  return {
    code: event.code, key: event.key, shift: event.shiftKey, control: event.ctrlKey, alt: event.altKey, meta: event.metaKey,
    composing: event.isComposing || event.keyCode === 229,
  };
}
