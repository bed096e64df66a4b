// Every word with which the server and the pod refuse something has a text in every language. The words are read from their
// own sources, so that a new one fails here until people are told what it means.

import { expect, test } from "vitest";
import chromeReasons from "../../../browser-pod/src/agent/browser.rs?raw";
import notices from "../../../browser-pod/src/agent/facts.rs?raw";
import commands from "../../../browser-pod/src/agent/owner/commands.rs?raw";
import admission from "../../../session-api/src/relay/admission.rs?raw";
import relay from "../../../session-api/src/relay.rs?raw";
import refusals from "../../../session-api/src/refusal.rs?raw";
import changes from "../../../session-api/src/sessions/change.rs?raw";
import liveRules from "../../../session/src/live/message.rs?raw";
import { catalogues, type MessageKey } from "./catalogue";
import { BY_CLOSED, BY_REASON, BY_RULE, PROBLEM_KINDS } from "./problem";
import { BY_COMMAND } from "./refused";

/** What a pattern's first group finds in a source from a text on, its tests left out. */
function words(source: string, from: string, pattern: RegExp): string[] {
  const text = source.split("#[cfg(test)]")[0] ?? "";
  const at = text.lastIndexOf(from);
  expect(at, `a source has no \`${from}\` any more: say here where its words are`).toBeGreaterThanOrEqual(0);
  const found = [...text.slice(at).matchAll(pattern)].map((match) => match[1] ?? "");
  expect(found.length, `nothing is found after \`${from}\` any more`).toBeGreaterThan(0);
  return found;
}

const ARM = /=> "([A-Z][A-Za-z]+)"/g;

test("every reason of session-api's refusals is a problem", () => {
  for (const reason of words(refusals, "pub fn reason", ARM)) expect(BY_REASON[reason], reason).toBeDefined();
});

test("every rule that session-api names beside a reason is a problem", () => {
  const arms = words(changes, "impl From<waiting::Refusal> for Refusal", /((?:Rule::\w+\s*\|?\s*)+)=> \{?\s*Self::(?:LimitReached|WrongPhase)\(/g);
  const rules = arms.flatMap((arm) => [...arm.matchAll(/Rule::(\w+)/g)].map((match) => match[1] ?? ""));
  expect(rules.length).toBeGreaterThan(5);
  for (const rule of rules) expect(BY_RULE[rule], rule).toBeDefined();
});

test("every reason with which a stream is closed is a problem, or the session's own end", () => {
  const reasons = [...words(relay, "impl Ending", /Self::of\("([A-Z][A-Za-z]+)"/g), ...words(admission, "fn ending", /Ending::of\("([A-Z][A-Za-z]+)"/g), "Ended"];
  for (const reason of reasons) expect(Object.hasOwn(BY_CLOSED, reason), reason).toBe(true);
});

test("every reason with which the live session refuses a command has a text", () => {
  const reasons = [
    ...words(liveRules, "impl Refusal", ARM), ...words(chromeReasons, "fn reason(", ARM), ...words(commands, "impl Owner", /(?:Err|ok_or)\("([A-Z][A-Za-z]+)"\)/g),
  ];
  for (const reason of reasons) expect(BY_COMMAND[reason], reason).toBeDefined();
});

test("every notice of the pod has a text", () => {
  for (const code of words(notices, "Event::Blocked", /notice\("([A-Z][A-Za-z]+)"/g)) expect(catalogues.en, code).toHaveProperty([`notice.${code}`]);
});

test("every problem has a title and a text in every language", () => {
  for (const kind of PROBLEM_KINDS) {
    for (const [language, catalogue] of Object.entries(catalogues)) {
      for (const key of [`problem.${kind}`, `problem.${kind}.text`]) expect(catalogue[key as MessageKey], `${language} ${key}`).toBeTruthy();
    }
  }
});
