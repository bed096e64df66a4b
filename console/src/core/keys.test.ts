import { describe, expect, test } from "vitest";
import { ALT, CONTROL, META, modifiersOf, releasesAtOnce, remoteKey, routeKey, SHIFT, type KeyPress, type KeyRoute } from "./keys";

/** "ctrl+shift+t" as a press. */
function press(text: string, code = "KeyA"): KeyPress {
  const parts = text.split("+");
  const key = text.endsWith("++") ? "+" : (parts.pop() ?? "");
  const has = (name: string) => parts.includes(name);
  return { code, key, shift: has("shift"), control: has("ctrl"), alt: has("alt"), meta: has("meta"), composing: has("composing") };
}

function check(apple: boolean, rows: Array<[string, KeyRoute]>) {
  for (const [text, route] of rows) expect(routeKey(press(text), apple), `${text} ${apple ? "on a Mac" : ""}`).toBe(route);
}

describe("where keys go", () => {
  test("ordinary keys and most shortcuts go to the page", () => {
    check(false, [["a", "page"], ["shift+A", "page"], ["Enter", "page"], ["Tab", "page"], ["Escape", "page"], ["ctrl+a", "page"], ["ctrl+c", "page"], ["ctrl+x", "page"], ["ctrl+z", "page"], ["alt+ArrowLeft", "page"], ["F2", "page"]]);
  });
  test("the viewer's own browser keeps its own", () => {
    check(false, [["F5", "local"], ["F11", "local"], ["F12", "local"], ["ctrl+t", "local"], ["ctrl+w", "local"], ["ctrl+shift+T", "local"], ["ctrl+Tab", "local"], ["ctrl++", "local"], ["ctrl+0", "local"], ["ctrl+l", "local"], ["alt+Tab", "local"], ["alt+F4", "local"], ["meta+e", "local"]]);
    check(true, [["meta+t", "local"], ["meta+w", "local"], ["meta+ ", "local"], ["meta+h", "local"], ["meta+q", "local"]]);
  });
  test("AltGr makes characters, not shortcuts", () => {
    check(false, [["ctrl+alt+l", "page"], ["ctrl+alt+q", "page"], ["ctrl+alt+v", "page"]]);
  });
  test("paste is left to the browser, which alone may read the clipboard", () => {
    check(false, [["ctrl+v", "paste"], ["ctrl+V", "paste"], ["meta+v", "local"]]);
    check(true, [["meta+v", "paste"], ["ctrl+v", "page"]]);
  });
  test("input methods make text", () => {
    check(false, [["Dead", "text"], ["Process", "text"], ["Unidentified", "text"], ["composing+a", "text"], ["composing+Enter", "text"]]);
  });
  test("a character without a key is text, and named keys need no place", () => {
    for (const code of ["", "Unidentified"]) {
      expect(routeKey(press("a", code), false)).toBe("text");
      expect(routeKey(press("é", code), false)).toBe("text");
      expect(routeKey(press("Backspace", code), false)).toBe("page");
      expect(remoteKey(press("Enter", code), false)).toEqual({ code: "", key: "Enter" });
    }
  });
  test("one key leads out of the page", () => check(false, [["F6", "leave"], ["ctrl+F6", "page"]]));
});

test("Command is Control for the browser in the cloud", () => {
  expect(modifiersOf(press("meta+shift+c"), true)).toBe(SHIFT | CONTROL);
  expect(modifiersOf(press("meta+alt+c"), false)).toBe(META | ALT);
  expect(remoteKey(press("meta+Meta", "MetaLeft"), true)).toEqual({ code: "ControlLeft", key: "Control" });
  expect(remoteKey(press("meta+Meta", "MetaRight"), false)).toEqual({ code: "MetaRight", key: "Meta" });
  expect(releasesAtOnce(press("meta+c"), true)).toBe(true);
  expect(releasesAtOnce(press("meta+c"), false)).toBe(false);
});
