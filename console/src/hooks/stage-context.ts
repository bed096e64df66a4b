// What the input handlers of the stage look at each time something happens.

import type { Tool } from "../core/tools";
import type { Fit, Lens, Size, Spot } from "../core/viewport";
import type { LiveController } from "./live-controller";

export interface StageContext {
  controller: LiveController;
  stage: Size;
  page: Size;
  fit: Fit;
  lens: Lens;
  setLens(lens: Lens): void;
  tool: Tool;
  mayAct: boolean;
  mayPoint: boolean;
  apple: boolean;
  endUser: boolean;
  /** The spot that the keyboard moves, while there is one. */
  setKeySpot(at: Spot | undefined): void;
  onTool(tool: Tool): void;
  /** A place for a text label was chosen. */
  onTextAt(at: Spot): void;
  /** F6 was pressed. */
  onLeave(): void;
}

export type Look = () => StageContext;
