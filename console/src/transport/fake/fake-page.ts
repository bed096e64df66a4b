// A page of a shop, drawn on a canvas: something that moves, a button that counts, a field that takes text.

import { TouchPhase, type Input, type Navigation, type Point } from "../../gen/cobrowse/v1/stream_pb";
import type { NavigateCommand } from "../../gen/cobrowse/v1/control_pb";
import type { EventBody } from "./fake-socket";

type Tell = (body: EventBody) => void;
interface Area { x: number; y: number; width: number; height: number }

const BUTTON: Area = { x: 40, y: 250, width: 200, height: 52 };
const FIELD: Area = { x: 40, y: 340, width: 260, height: 44 };
const SECRET: Area = { x: 40, y: 410, width: 260, height: 44 };
const ASK: Area = { x: 40, y: 480, width: 200, height: 44 };

export class FakePage {
  #path = "/";
  #count = 0;
  #text = "";
  #preedit = "";
  #dirty = true;
  #scroll = 0;
  #focused = false;
  #cursor = "default";
  #dialogs = 0;

  touch(): void {
    this.#dirty = true;
  }

  /** The banner moves ten times a second, so there is always something new. */
  changed(): boolean {
    return this.#dirty || Math.floor(performance.now() / 100) % 2 === 0;
  }

  navigation(): Omit<Navigation, "$typeName" | "$unknown"> {
    return {
      url: `https://shop.example${this.#path}`, title: "Northwind shop", canGoBack: this.#path !== "/", canGoForward: false, loading: false,
      tabs: this.#path === "/" ? [] : [tab("t1", "Northwind shop", false), tab("t2", `Terms ${this.#path}`, true)],
    };
  }

  navigate(command: NavigateCommand, tell: Tell): boolean {
    const { to } = command;
    if (to.case === "url") {
      const url = new URL(to.value);
      if (url.host !== "shop.example") return false;
      this.#path = url.pathname;
    }
    if (to.case === "back") this.#path = "/";
    this.#dirty = true;
    tell({ case: "navigation", value: this.navigation() });
    return true;
  }

  protectedFields() {
    return [{ id: "f1", rect: SECRET, text: "4111 1111 1111 1111", focused: false, fontPx: 17, password: false }];
  }

  elementAt(at: Point | undefined): Area | undefined {
    return at && [BUTTON, FIELD, SECRET, ASK].find((area) => inside(area, at));
  }

  input({ body }: Input, tell: Tell): void {
    this.#dirty = true;
    switch (body.case) {
      case "move":
        return this.#hover(body.value.at, tell);
      case "button":
        if (body.value.down && body.value.at) this.#press(body.value.at, tell);
        return;
      case "touch":
        if (body.value.phase === TouchPhase.END && body.value.at) this.#press(body.value.at, tell);
        return;
      case "wheel":
        this.#scroll = Math.max(0, this.#scroll + body.value.dy);
        return;
      case "key":
        if (!body.value.down || !this.#focused) return;
        if (body.value.key === "Backspace") this.#text = this.#text.slice(0, -1);
        else if (body.value.key.length === 1 && (body.value.modifiers & 6) === 0) this.#text += body.value.key;
        return;
      case "text":
        if (body.value.deleteBefore) this.#text = [...this.#text].slice(0, -body.value.deleteBefore).join("");
        this.#text += body.value.commit;
        this.#preedit = body.value.preedit;
    }
  }

  #hover(at: Point | undefined, tell: Tell): void {
    if (!at) return;
    const name = inside(BUTTON, at) || inside(ASK, at) ? "pointer" : inside(FIELD, at) || inside(SECRET, at) ? "text" : "default";
    if (name !== this.#cursor) tell({ case: "cursor", value: { name } });
    this.#cursor = name;
  }

  #press(at: Point, tell: Tell): void {
    if (inside(BUTTON, at)) this.#count++;
    if (inside(ASK, at)) {
      tell({ case: "dialog", value: { id: `d${++this.#dialogs}`, open: true, kind: 2, message: "Remove everything from your basket?", defaultText: "", origin: "https://shop.example" } });
    }
    this.#focused = inside(FIELD, at);
    tell({ case: "editFocus", value: { editable: this.#focused, protected: false, inputMode: "text", rect: FIELD } });
  }

  /** The page at this viewport, in device pixels. */
  draw(width: number, height: number, scale: number): OffscreenCanvas {
    this.#dirty = false;
    // Even sizes, as H.264 wants.
    const canvas = new OffscreenCanvas(Math.floor((width * scale) / 2) * 2, Math.floor((height * scale) / 2) * 2);
    const paint = canvas.getContext("2d");
    paint?.scale(scale, scale);
    if (paint) this.#paint(paint, width, height);
    return canvas;
  }

  #paint(paint: OffscreenCanvasRenderingContext2D, width: number, height: number): void {
    const words = (text: string, x: number, y: number, font: string, colour: string) => {
      paint.font = font;
      paint.fillStyle = colour;
      paint.fillText(text, x, y);
    };
    const area = (box: Area, fill: string, line?: string) => {
      paint.fillStyle = fill;
      paint.fillRect(box.x, box.y, box.width, box.height);
      if (!line) return;
      paint.strokeStyle = line;
      paint.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
    };
    area({ x: 0, y: 0, width, height }, "#ffffff");
    area({ x: 0, y: 0, width, height: 72 }, "#243b55");
    words("Northwind shop", 40, 46, "700 26px sans-serif", "#ffffff");
    const shift = (performance.now() / 12) % (width + 320);
    area({ x: 0, y: 72, width, height: 44 }, "#f6e7c8");
    words("Free delivery on all orders this week", shift - 320, 101, "600 17px sans-serif", "#6b4a10");
    words("Wool jumper", 40, 170, "700 30px sans-serif", "#1b2733");
    words("Warm, soft, and made to last. 59.95", 40, 206, "17px sans-serif", "#52606d");
    area(BUTTON, "#1d6f5c");
    words(`Add to basket (${this.#count})`, BUTTON.x + 18, BUTTON.y + 33, "600 17px sans-serif", "#ffffff");
    area(FIELD, "#ffffff", this.#focused ? "#1d6f5c" : "#9aa5b1");
    words(this.#text + this.#preedit || "Name", FIELD.x + 12, FIELD.y + 28, "17px sans-serif", this.#text || this.#preedit ? "#1b2733" : "#9aa5b1");
    area(SECRET, "#ffffff", "#9aa5b1");
    words("●●●● ●●●● ●●●● ●●●●", SECRET.x + 12, SECRET.y + 28, "17px sans-serif", "#1b2733");
    area(ASK, "#ffffff", "#b4341f");
    words("Empty the basket", ASK.x + 18, ASK.y + 28, "600 17px sans-serif", "#b4341f");
    for (let row = 0; row < 12; row++) words(`Item ${row + 1}: one of many things in this shop`, Math.max(340, width / 2), 170 + row * 44 - (this.#scroll % 440), "17px sans-serif", "#52606d");
    area({ x: 0, y: height - 36, width, height: 36 }, "#eef1f4");
    words(`${width} × ${height}`, 40, height - 12, "14px sans-serif", "#52606d");
  }
}

function inside(area: Area, at: Point): boolean {
  return at.x >= area.x && at.y >= area.y && at.x < area.x + area.width && at.y < area.y + area.height;
}

function tab(id: string, title: string, active: boolean) {
  return { $typeName: "cobrowse.v1.Tab" as const, id, title, active };
}
