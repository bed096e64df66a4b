import { expect, test } from "vitest";
import { administrationFromFragment, invitationFromFragment, invitationFromText, invitationLink } from "./invitation";

const CODE = `s-${"ab".repeat(16)}.${"0f".repeat(32)}`;

test("a link and its code are the same invitation", () => {
  const link = invitationLink("https://help.example", CODE);
  expect(new URL(link).search).toBe("");
  expect(new URL(link).pathname).toBe("/agent");
  expect(invitationFromFragment(new URL(link).hash)).toBe(CODE);
  expect(invitationFromText(` ${link}\n`)).toBe(CODE);
  expect(invitationFromText(CODE)).toBe(CODE);
});

test("anything else is none", () => {
  for (const text of ["", "123456", "https://help.example/agent", `${CODE}0`, CODE.slice(0, -1), `#invitation=${CODE.toUpperCase()}`, `${CODE} x`, `#invitation=${CODE}%0a`]) {
    expect(invitationFromText(text), text).toBeUndefined();
  }
  expect(invitationFromFragment("#url=https%3A%2F%2Fshop.example")).toBeUndefined();
});

test("an administrator's invitation is read from its link, and nothing else is", () => {
  const code = `northwind.${"0f".repeat(32)}`;
  expect(administrationFromFragment(`#invitation=${code}`)).toBe(code);
  for (const text of ["", code, `#invitation=${code}0`, `#invitation=${code.toUpperCase()}`, `#invitation=.${"0f".repeat(32)}`, `#invitation=-a.${"0f".repeat(32)}`]) expect(administrationFromFragment(text), text).toBeUndefined();
});
