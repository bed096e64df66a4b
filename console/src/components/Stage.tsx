// The picture, what lies over it, and the hands on it.

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import type { Viewport } from "../gen/cobrowse/v1/participant_pb";
import type { Tool } from "../core/tools";
import { mayAct, mayPoint } from "../core/live";
import { fit, toStage, WHOLE, zoomAt, type Lens, type Size, type Spot } from "../core/viewport";
import type { StageContext } from "../hooks/stage-context";
import type { LiveHandle } from "../hooks/use-live";
import { useHands } from "../hooks/use-hands";
import { useByKeyboard } from "../hooks/use-by-keyboard";
import { useCursor } from "../hooks/use-cursor";
import { inputModeOf, usePhoneKeyboard } from "../hooks/use-phone-keyboard";
import { useSize } from "../hooks/use-size";
import { useText } from "../hooks/use-text";
import { GuidanceOverlay } from "./GuidanceOverlay";
import { ProtectedOverlay } from "./ProtectedOverlay";
import { StageButtons } from "./StageButtons";
import { StageMenu } from "./StageMenu";

interface Props {
  live: LiveHandle;
  endUser: boolean;
  tool: Tool;
  onTool(tool: Tool): void;
  onTextAt(at: Spot): void;
  onLeave(): void;
  /** Something covers the picture wholly: the canvas is not even painted. */
  curtain: boolean;
  /** The curtain. */
  children?: ReactNode;
}

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);
/** Side of the hidden text field, as in stage.css. */
const FIELD_PX = 24;
const PAGE_DEFAULT: Size = { width: 1280, height: 720 };

export function Stage({ live, endUser, tool, onTool, onTextAt, onLeave, curtain, children }: Props) {
  const { t } = useText();
  const area = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const stage = useSize(area);
  const [lens, setLens] = useState<Lens>(WHOLE);
  const [keySpot, setKeySpot] = useState<Spot>();
  const state = live.live;
  const page = pageSize(state.viewport, live.shown);
  const fitted = fit(stage, page, lens);
  const act = mayAct(state);
  const cursor = useCursor(state.cursor, tool, act);

  const context = useRef<StageContext>(null as never);
  useLayoutEffect(() => {
    context.current = {
      controller: live.controller, stage, page, fit: fitted, lens, setLens, tool, mayAct: act, mayPoint: mayPoint(state), apple: APPLE, endUser, setKeySpot, onTool, onTextAt, onLeave,
    };
  });

  const hands = useHands(area, field, context, live.controller);

  useLayoutEffect(() => {
    host.current?.append(live.controller.surface.element);
  }, [live.controller]);

  // Who comes here by keyboard can type on the page at once.
  useEffect(() => {
    if (!curtain && document.activeElement === document.body) field.current?.focus({ preventScroll: true });
  }, [curtain]);
  const byKeyboard = useByKeyboard(field);

  const focus = state.editFocus;
  const mode = inputModeOf(focus, act);
  const openKeyboard = usePhoneKeyboard(field, mode);
  // The browser asks the person itself, or refuses; either way nothing is lost.
  const paste = () => void navigator.clipboard.readText().then((text) => hands.current?.paste(text), () => undefined);
  const goBack = useCallback(() => field.current?.focus({ preventScroll: true }), []);
  const menu = act && !curtain ? state.menu : undefined;
  const zoom = useCallback((factor: number) => {
    setLens((old) => (factor === 0 ? WHOLE : zoomAt(old, factor, { x: stage.width / 2, y: stage.height / 2 }, stage, page)));
  }, [stage, page]);

  const at = focus?.rect ? toStage({ x: focus.rect.x, y: focus.rect.y + focus.rect.height }, fitted) : { x: 0, y: 0 };
  return (
    <section className="stage" aria-label={t("live.stage")} data-by-keyboard={byKeyboard || undefined}>
      <div ref={area} className="stage-area" style={{ cursor }} data-tool={tool}>
        <div ref={host} className="page" data-page-width={page.width} data-page-height={page.height} data-hidden={curtain || undefined} style={{ left: fitted.offset.x, top: fitted.offset.y, width: page.width * fitted.scale, height: page.height * fitted.scale }} role="img" aria-label={t("live.picture")} />
        <div className="page over" style={{ left: fitted.offset.x, top: fitted.offset.y, width: page.width * fitted.scale, height: page.height * fitted.scale }}>
          {endUser && !curtain && <ProtectedOverlay fields={state.protectedFields} scale={fitted.scale} />}
          {!curtain && <GuidanceOverlay state={state} page={page} scale={fitted.scale} />}
          {!curtain && keySpot && <span className="key-spot" style={{ left: keySpot.x * fitted.scale, top: keySpot.y * fitted.scale }} />}
        </div>
        <textarea
          ref={field} className="stage-field" aria-label={t(tool === "act" ? "live.keyboard" : "live.keyboard.tool")} autoCapitalize="off" autoComplete="off" autoCorrect="off" spellCheck={false}
          inputMode={mode} style={{ left: Math.min(stage.width - FIELD_PX, Math.max(0, at.x)), top: Math.min(stage.height - FIELD_PX, Math.max(0, at.y - FIELD_PX)) }}
        />
      </div>
      {menu && <StageMenu live={live} menu={menu} fit={fitted} stage={stage} hands={hands} onReturn={goBack} />}
      {children}
      {byKeyboard && <p className="stage-hint" aria-hidden="true">{t(tool === "act" ? "live.keyboard.leave" : "live.keyboard.tool")}</p>}
      <StageButtons zoomed={lens.zoom > 1} canZoom={fitted.scale < 0.85 || lens.zoom > 1} onZoom={zoom} keyboard={act && focus?.editable === true} onKeyboard={openKeyboard} onPaste={paste} />
    </section>
  );
}

/** What is on the canvas counts: between a change of the viewport and its first picture the old page is still there. */
function pageSize(viewport: Viewport | undefined, shown: Size | undefined): Size {
  const scale = (viewport?.scalePercent || 100) / 100;
  if (shown) return { width: shown.width / scale, height: shown.height / scale };
  return viewport?.width ? { width: viewport.width, height: viewport.height } : PAGE_DEFAULT;
}
