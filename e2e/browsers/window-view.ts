// The shared page in a window of another engine.

import { crop, type Box } from "../harness/pixels.ts";
import { decodePng, type Pixels } from "../harness/png.ts";
import { SharedView } from "../harness/shared-view.ts";
import { click, drag, press, type, wheel } from "./actions.ts";
import type { Elements } from "./elements.ts";
import type { Window } from "./window.ts";

export class WindowView extends SharedView {
  constructor(
    private readonly window: Window,
    private readonly elements: Elements,
  ) {
    super();
  }

  async picture(): Promise<Pixels | undefined> {
    const box = await this.place();
    return box && crop(decodePng(await this.window.png()), box);
  }

  async viewport(): Promise<{ width: number; height: number }> {
    const { pageWidth, pageHeight } = await this.window.evaluate<Record<string, string>>("document.querySelector('[data-page-width]').dataset");
    return { width: Number(pageWidth), height: Number(pageHeight) };
  }

  async click(x: number, y: number): Promise<void> {
    await this.window.act(click(await this.toWindow(x, y)));
  }

  async wheel(x: number, y: number, dy: number): Promise<void> {
    await this.window.act(wheel(await this.toWindow(x, y), dy));
  }

  async drag(points: readonly (readonly [number, number])[]): Promise<void> {
    const spots = [];
    for (const [x, y] of points) spots.push(await this.toWindow(x, y));
    await this.window.act(drag(spots));
  }

  async type(text: string): Promise<void> {
    await this.window.act(type(text));
  }

  async press(key: string): Promise<void> {
    await this.window.act(press(key));
  }

  protected place(): Promise<Box | undefined> {
    return this.elements.place("live-canvas");
  }
}
