// Tells the style sheets which part of the page is seen, whatever a keyboard of glass or a zoom does to the window.

import { useEffect } from "react";
import { placesIn } from "../core/visible";

export function useVisiblePart(): void {
  useEffect(() => {
    const visible = window.visualViewport;
    if (!visible) return;
    const page = document.documentElement;
    const follow = () => {
      const { offsetLeft: left, offsetTop: top, width, height, scale } = visible;
      const places = placesIn({ left, top, width, height, scale }, { width: page.clientWidth, height: page.clientHeight });
      for (const [name, value] of Object.entries(places)) page.style.setProperty(name, value);
    };
    follow();
    visible.addEventListener("resize", follow);
    visible.addEventListener("scroll", follow);
    return () => {
      visible.removeEventListener("resize", follow);
      visible.removeEventListener("scroll", follow);
    };
  }, []);
}
