// The menu over the shared page, for the one who asked for it. What it may offer is in core/menu.ts.

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { menuItems, menuPlace, type MenuAct } from "../core/menu";
import { toStage, type Fit, type Size, type Spot } from "../core/viewport";
import type { PageMenu } from "../gen/cobrowse/v1/stream_pb";
import type { StageKeys } from "../hooks/stage-keys";
import { lastByKeyboard } from "../hooks/use-by-keyboard";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";

/** What has a name elsewhere is called the same here. */
const NAMES = {
  newTab: "menu.newTab", copyLink: "menu.copyLink", cut: "menu.cut", copy: "common.copy", paste: "menu.paste", selectAll: "menu.selectAll", back: "nav.back", forward: "nav.forward",
  reload: "nav.reload",
} as const satisfies Record<MenuAct, string>;

interface Props {
  live: LiveHandle;
  menu: PageMenu;
  fit: Fit;
  stage: Size;
  hands: RefObject<StageKeys | undefined>;
  /** The keyboard goes back to the page. */
  onReturn(): void;
}

export function StageMenu({ live, menu, fit, stage, hands, onReturn }: Props) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Spot>({ x: 0, y: 0 });
  const at = spotOf(live, menu, fit, stage);
  useLayoutEffect(() => {
    if (!box.current) return;
    setPlace(menuPlace(at, { width: box.current.offsetWidth, height: box.current.offsetHeight }, stage));
  }, [at.x, at.y, stage]);
  // Who came by the mouse or a finger sees no item chosen yet.
  useLayoutEffect(() => (lastByKeyboard() ? itemsOf(box.current)[0] : box.current)?.focus({ preventScroll: true }), []);
  const { controller } = live;
  useEffect(() => {
    const pressed = (event: PointerEvent) => box.current?.contains(event.target as Node) || controller.closeMenu();
    window.addEventListener("pointerdown", pressed, { capture: true });
    return () => window.removeEventListener("pointerdown", pressed, { capture: true });
  }, [controller]);
  const close = useCallback(() => {
    controller.closeMenu();
    onReturn();
  }, [controller, onReturn]);
  const choose = (act: MenuAct) => {
    close();
    carryOut(act, live, menu, hands.current);
  };
  const groups = menuItems(live.live, menu, typeof navigator.clipboard?.readText === "function");
  return (
    <>
      <div className="menu-veil" onPointerDown={(event) => [event.preventDefault(), close()]} onWheel={close} onContextMenu={(event) => event.preventDefault()} />
      <div
        ref={box} className="menu" role="menu" aria-label={t("menu.title")} tabIndex={-1} data-testid="page-menu" style={{ left: place.x, top: place.y }}
        onContextMenu={(event) => event.preventDefault()} onKeyDown={(event) => moves(event, box.current, close)}
        onBlur={(event) => event.relatedTarget && !event.currentTarget.contains(event.relatedTarget) && controller.closeMenu()}
      >
        {groups.map((group, index) => (
          <div key={index} role="group" className="menu-group">
            {group.map(({ act, disabled }) => (
              <button key={act} type="button" role="menuitem" tabIndex={-1} disabled={disabled} data-act={act} onClick={() => choose(act)}>{t(NAMES[act])}</button>
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

/** Where it was asked for; by the keyboard in a frame that is where text goes, or the middle. */
function spotOf({ live }: LiveHandle, { at }: PageMenu, fit: Fit, stage: Size): Spot {
  if (at) return toStage(at, fit);
  const rect = live.editFocus?.rect;
  return rect ? toStage({ x: rect.x, y: rect.y + rect.height }, fit) : { x: stage.width / 2, y: stage.height / 2 };
}

function itemsOf(box: HTMLElement | null): HTMLButtonElement[] {
  return [...(box?.querySelectorAll<HTMLButtonElement>("[role=menuitem]:enabled") ?? [])];
}

function moves(event: KeyboardEvent, box: HTMLElement | null, close: () => void): void {
  const items = itemsOf(box);
  const here = items.findIndex((one) => one === document.activeElement);
  const to: Record<string, number> = { ArrowDown: (here + 1) % items.length, ArrowUp: here <= 0 ? items.length - 1 : here - 1, Home: 0, End: items.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key in to) items[to[event.key] ?? 0]?.focus({ preventScroll: false });
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function carryOut(act: MenuAct, { controller }: LiveHandle, menu: PageMenu, hands: StageKeys | undefined): void {
  // A browser may ask the person first, or refuse; nothing is lost by it.
  const refused = () => undefined;
  const navigate = (to: "back" | "forward" | "reload") => void controller.command({ case: "navigate", value: { to: { case: to, value: true } } });
  switch (act) {
    case "newTab":
      return void controller.command({ case: "openLink", value: { linkId: menu.linkId } });
    case "copyLink":
      return void navigator.clipboard.writeText(menu.linkUrl).catch(refused);
    case "paste":
      return void navigator.clipboard.readText().then((text) => hands?.paste(text), refused);
    case "cut":
      return hands?.shortcut("x");
    case "copy":
      return hands?.shortcut("c");
    case "selectAll":
      return hands?.shortcut("a");
    case "back":
    case "forward":
    case "reload":
      return navigate(act);
  }
}
