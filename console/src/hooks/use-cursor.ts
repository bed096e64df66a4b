// The page's cursor as CSS: drawn by the viewer's own machine, at once.

import { useEffect, useState } from "react";
import type { Tool } from "../core/tools";
import type { Cursor } from "../gen/cobrowse/v1/stream_pb";

/** CSS cursor keywords; anything else from outside is not put into a style. */
const NAMES = new Set([
  "default", "none", "context-menu", "help", "pointer", "progress", "wait", "cell", "crosshair", "text", "vertical-text", "alias", "copy", "move", "no-drop",
  "not-allowed", "grab", "grabbing", "e-resize", "n-resize", "ne-resize", "nw-resize", "s-resize", "se-resize", "sw-resize", "w-resize", "ew-resize",
  "ns-resize", "nesw-resize", "nwse-resize", "col-resize", "row-resize", "all-scroll", "zoom-in", "zoom-out",
]);
/** Browsers refuse larger cursor pictures. */
const IMAGE_BYTES_MAX = 64 * 1024;

export function useCursor(cursor: Cursor | undefined, tool: Tool, mayAct: boolean): string {
  const [address, setAddress] = useState<string>();
  const image = cursor?.image;
  useEffect(() => {
    if (!image?.length || image.length > IMAGE_BYTES_MAX) {
      setAddress(undefined);
      return;
    }
    const made = URL.createObjectURL(new Blob([new Uint8Array(image)], { type: "image/png" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [image]);
  if (tool !== "act") return "crosshair";
  if (!mayAct || !cursor) return "default";
  if (address) return `url(${address}) ${cursor.hotspotX} ${cursor.hotspotY}, default`;
  return NAMES.has(cursor.name) ? cursor.name : "default";
}
