// Keeps an element of the right top corner in sight, whatever a keyboard of glass or a zoom does to the window.

import { useEffect, type RefObject } from "react";
import { cornerTransform } from "../core/visible";

export function useVisibleCorner(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const visible = window.visualViewport;
    if (!visible) return;
    const follow = () => {
      const { offsetLeft: left, offsetTop: top, width, scale } = visible;
      element.current?.style.setProperty("transform", cornerTransform({ left, top, width, scale }, document.documentElement.clientWidth));
    };
    follow();
    visible.addEventListener("resize", follow);
    visible.addEventListener("scroll", follow);
    return () => {
      visible.removeEventListener("resize", follow);
      visible.removeEventListener("scroll", follow);
    };
  }, [element]);
}
