// Mouse, pen, wheel and touch on the stage. Two fingers zoom and move the viewer's own view; one finger goes to the page.

import { TouchPhase } from "../gen/cobrowse/v1/stream_pb";
import { onPage, panBy, toPage, zoomAt, type Spot } from "../core/viewport";
import type { Look } from "./stage-context";
import { ToolHand } from "./stage-tools";

const LINE_PX = 16;
/** Of Safari alone, and in no standard. */
interface GestureEvent extends UIEvent {
  readonly scale: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** Bit of MouseEvent.buttons for MouseEvent.button. */
const BUTTON_BITS = [1, 4, 2, 8, 16];

export class StagePointer {
  readonly #look: Look;
  readonly #element: HTMLElement;
  readonly #before: () => void;
  readonly #hand: ToolHand;
  readonly #fingers = new Map<number, { id: number; at: Spot }>();
  readonly #held = new Set<number>();
  #gesture = false;
  /** Of Safari's gesture so far. */
  #scale = 1;

  /** `before` runs ahead of each press: text that is being composed is committed first. */
  constructor(element: HTMLElement, look: Look, before: () => void) {
    this.#element = element;
    this.#look = look;
    this.#before = before;
    this.#hand = new ToolHand(look);
  }

  listen(signal: AbortSignal): void {
    const on = <K extends keyof HTMLElementEventMap>(type: K, handler: (event: HTMLElementEventMap[K]) => void) =>
      this.#element.addEventListener(type, handler, { signal, passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#cancel(event));
    on("wheel", (event) => this.#wheel(event));
    // Safari's own: two fingers on a trackpad. On glass the fingers come as pointers, and only the page's zoom is held off.
    for (const type of ["gesturestart", "gesturechange"]) this.#element.addEventListener(type, (event) => this.#gestured(event as GestureEvent), { signal, passive: false });
    for (const type of ["contextmenu", "dragstart", "auxclick", "selectstart"] as const) on(type, (event) => event.preventDefault());
  }

  #spot(event: Pick<MouseEvent, "clientX" | "clientY">): Spot {
    const box = this.#element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #down(event: PointerEvent): void {
    event.preventDefault();
    this.#before();
    const look = this.#look();
    const spot = this.#spot(event);
    this.#element.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch" && this.#fingerDown(event.pointerId, spot)) return;
    if (!onPage(spot, look.page, look.fit)) return;
    const at = toPage(spot, look.page, look.fit);
    if (look.tool !== "act") return this.#hand.down(at);
    if (!look.mayAct) return;
    if (event.pointerType === "touch") {
      const finger = this.#fingers.get(event.pointerId);
      if (finger) look.controller.act({ case: "touch", value: { id: finger.id, phase: TouchPhase.START, at } });
      return;
    }
    this.#press(event.button, true, at);
  }

  /** True when the finger makes a gesture of the viewer's own. */
  #fingerDown(pointerId: number, at: Spot): boolean {
    const used = new Set([...this.#fingers.values()].map((finger) => finger.id));
    const id = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((free) => !used.has(free));
    if (id === undefined) return true;
    if (this.#fingers.size === 1 && !this.#gesture) {
      this.#gesture = true;
      this.#dropTouches();
    }
    this.#fingers.set(pointerId, { id, at });
    return this.#gesture;
  }

  #dropTouches(): void {
    const { controller, mayAct, page, fit, tool } = this.#look();
    if (tool !== "act") return this.#hand.cancel();
    if (!mayAct) return;
    for (const finger of this.#fingers.values()) {
      controller.act({ case: "touch", value: { id: finger.id, phase: TouchPhase.CANCEL, at: toPage(finger.at, page, fit) } });
    }
  }

  #move(event: PointerEvent): void {
    const look = this.#look();
    const spot = this.#spot(event);
    const finger = this.#fingers.get(event.pointerId);
    if (finger && this.#gesture) return this.#pinch(event.pointerId, spot);
    const at = toPage(spot, look.page, look.fit);
    if (look.tool !== "act") return this.#hand.move(at, event.buttons !== 0);
    if (finger) {
      finger.at = spot;
      if (look.mayAct) look.controller.soon((queue) => queue.touchMove(finger.id, at));
      return;
    }
    if (!look.mayAct && !look.mayPoint) return;
    look.controller.soon((queue) => queue.move(at));
    // A second mouse button comes as a move.
    if (event.button >= 0 && look.mayAct) this.#press(event.button, (event.buttons & (BUTTON_BITS[event.button] ?? 0)) !== 0, at);
  }

  #pinch(pointerId: number, spot: Spot): void {
    const { lens, stage, page, setLens } = this.#look();
    const before = [...this.#fingers.values()].map((finger) => finger.at);
    const moved = this.#fingers.get(pointerId);
    if (!moved) return;
    moved.at = spot;
    const after = [...this.#fingers.values()].map((finger) => finger.at);
    const [a, b] = before;
    const [c, d] = after;
    if (!a || !b || !c || !d) return;
    const middle = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
    const factor = Math.max(1, Math.hypot(c.x - d.x, c.y - d.y)) / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const zoomed = zoomAt(lens, factor, middle, stage, page);
    setLens(panBy(zoomed, middle.x - (a.x + b.x) / 2, middle.y - (a.y + b.y) / 2, stage, page));
  }

  #up(event: PointerEvent): void {
    const look = this.#look();
    const at = toPage(this.#spot(event), look.page, look.fit);
    const finger = this.#fingers.get(event.pointerId);
    this.#fingers.delete(event.pointerId);
    if (this.#gesture) {
      if (this.#fingers.size === 0) this.#gesture = false;
      return;
    }
    if (look.tool !== "act") return this.#hand.up(at);
    if (finger) {
      if (look.mayAct) look.controller.act({ case: "touch", value: { id: finger.id, phase: TouchPhase.END, at } });
      return;
    }
    if (this.#held.has(event.button)) this.#press(event.button, false, at);
  }

  #cancel(event: PointerEvent): void {
    const look = this.#look();
    const finger = this.#fingers.get(event.pointerId);
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size === 0) this.#gesture = false;
    this.#hand.cancel();
    if (finger && look.tool === "act" && look.mayAct) {
      look.controller.act({ case: "touch", value: { id: finger.id, phase: TouchPhase.CANCEL, at: toPage(finger.at, look.page, look.fit) } });
    } else if (this.#held.size > 0) {
      this.#held.clear();
      look.controller.act({ case: "releaseAll", value: true });
    }
  }

  #press(button: number, down: boolean, at: Spot): void {
    if (down) this.#held.add(button);
    else this.#held.delete(button);
    this.#look().controller.act({ case: "button", value: { at, button, down } });
  }

  #gestured(event: GestureEvent): void {
    event.preventDefault();
    if (this.#fingers.size > 0) return;
    const { lens, stage, page, setLens } = this.#look();
    if (event.type === "gesturechange") setLens(zoomAt(lens, event.scale / this.#scale, this.#spot(event), stage, page));
    this.#scale = event.scale;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const look = this.#look();
    const spot = this.#spot(event);
    if (event.ctrlKey) return look.setLens(zoomAt(look.lens, Math.exp(-event.deltaY / 200), spot, look.stage, look.page));
    if (!look.mayAct || !onPage(spot, look.page, look.fit)) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? look.page.height : 1;
    const at = toPage(spot, look.page, look.fit);
    look.controller.soon((queue) => queue.wheel(at, event.deltaX * unit, event.deltaY * unit));
  }
}
