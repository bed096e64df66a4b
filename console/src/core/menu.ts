// What the menu over the shared page offers for what is under it. Pure; the pod decides again about each that is chosen.

import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { PageMenu } from "../gen/cobrowse/v1/stream_pb";
import { selfOf, type LiveState } from "./live";

export type MenuAct = "newTab" | "copyLink" | "cut" | "copy" | "paste" | "selectAll" | "back" | "forward" | "reload";

export interface MenuItem {
  act: MenuAct;
  disabled: boolean;
}

/** Groups of items, none empty. `mayRead`: this browser lets pages read the clipboard, which a paste needs. */
export function menuItems(state: LiveState, menu: PageMenu, mayRead: boolean): MenuItem[][] {
  const self = selfOf(state);
  const clipboard = self?.role === Role.END_USER || self?.permissions?.clipboard === true;
  const link: MenuItem[] = menu.linkId === "" ? [] : [item("newTab")];
  if (clipboard && menu.linkId !== "" && menu.linkUrl !== "") link.push(item("copyLink"));
  const move = [item("back", !state.navigation?.canGoBack), item("forward", !state.navigation?.canGoForward), item("reload")];
  return [link, clipboard && !menu.protected ? textItems(menu, mayRead) : [], move].filter((group) => group.length > 0);
}

function textItems({ editable, selected }: PageMenu, mayRead: boolean): MenuItem[] {
  if (!editable) return selected ? [item("copy")] : [];
  const some = [item("cut", !selected), item("copy", !selected)];
  return [...some, ...(mayRead ? [item("paste")] : []), item("selectAll")];
}

function item(act: MenuAct, disabled = false): MenuItem {
  return { act, disabled };
}

/** Where a menu of this size goes, so that all of it is inside: right of and below the point, else left of or above it. */
export function menuPlace(at: { x: number; y: number }, size: { width: number; height: number }, room: { width: number; height: number }): { x: number; y: number } {
  return { x: along(at.x, size.width, room.width), y: along(at.y, size.height, room.height) };
}

const MARGIN = 8;

function along(at: number, length: number, room: number): number {
  const turned = at + length + MARGIN > room ? at - length : at;
  return Math.max(MARGIN, Math.min(turned, room - length - MARGIN));
}
