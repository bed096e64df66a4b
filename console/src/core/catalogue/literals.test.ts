// Every text that people see comes from the catalogue: no component or page writes one itself.

import { expect, test } from "vitest";
import { parseSync } from "vite";

const SOURCES = import.meta.glob<string>(["../../components/*.tsx", "../../pages/*.tsx", "../../App.tsx"], { query: "?raw", import: "default", eager: true });
/** Attributes that people see or hear. */
const SEEN = new Set(["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "alt", "label", "placeholder", "text", "title"]);
const WORD = /\p{L}/u;

interface Node {
  type?: string;
  [key: string]: unknown;
}

function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (typeof value !== "object" || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodes)];
}

/** The texts of an expression that stand as they are: strings, and the fixed parts of templates, also in branches. */
function fixed(node: Node | null | undefined): string[] {
  switch (node?.type) {
    case "Literal":
      return typeof node["value"] === "string" ? [node["value"]] : [];
    case "TemplateLiteral":
      return (node["quasis"] as Array<{ value: { cooked: string } }>).map((part) => part.value.cooked);
    case "JSXExpressionContainer":
      return fixed(node["expression"] as Node);
    case "ConditionalExpression":
      return [...fixed(node["consequent"] as Node), ...fixed(node["alternate"] as Node)];
    case "LogicalExpression":
      return [...fixed(node["left"] as Node), ...fixed(node["right"] as Node)];
    default:
      return [];
  }
}

/** What a file's elements show that is not from the catalogue. */
function literals(source: string): string[] {
  const { program, errors } = parseSync("file.tsx", source);
  expect(errors).toEqual([]);
  return nodes(program).flatMap((node) => {
    if (node.type === "JSXText") return [String(node["value"])];
    if (node.type === "JSXAttribute") return SEEN.has(String((node["name"] as Node)["name"])) ? fixed(node["value"] as Node | null) : [];
    const children = node.type === "JSXElement" || node.type === "JSXFragment" ? (node["children"] as Node[]) : [];
    return children.filter((child) => child.type === "JSXExpressionContainer").flatMap(fixed);
  }).map((text) => text.trim()).filter((text) => WORD.test(text));
}

test("a text in an element, an attribute or a branch is found", () => {
  expect(literals("const a = <p>Hello {t(\"key\")}</p>;")).toEqual(["Hello"]);
  expect(literals("const a = <input aria-label=\"Name\" className=\"field\" />;")).toEqual(["Name"]);
  expect(literals("const a = <p title={on ? `On since ${time}` : t(\"off\")}>{on && \"On\"}</p>;").sort()).toEqual(["On", "On since"]);
  expect(literals("const a = <p className=\"x\" data-testid=\"y\">{t(\"key\", { name: \"Sam\" })} · {count}</p>;")).toEqual([]);
});

test("no component and no page has a text of its own", () => {
  expect(Object.keys(SOURCES).length).toBeGreaterThan(30);
  for (const [path, source] of Object.entries(SOURCES)) expect(literals(source), path).toEqual([]);
});
