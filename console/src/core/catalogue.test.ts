import { expect, test } from "vitest";
import { EndReason } from "../gen/cobrowse/v1/participant_pb";
import { catalogues, isKey, pickLanguage, translator } from "./catalogue";
import { endWord } from "./problem";

const marks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("every language has every message, with the same blanks to fill", () => {
  for (const [key, english] of Object.entries(catalogues.en)) {
    const dutch = catalogues.nl[key as keyof typeof catalogues.nl];
    expect(dutch, key).toBeTruthy();
    expect(marks(dutch), key).toEqual(marks(english));
  }
  expect(Object.keys(catalogues.nl).sort()).toEqual(Object.keys(catalogues.en).sort());
});

test("every end has its words", () => {
  for (const reason of Object.values(EndReason).filter((value) => typeof value === "number")) expect(isKey(`end.${endWord(reason)}`), EndReason[reason]).toBe(true);
  expect(endWord(undefined)).toBe("UNSPECIFIED");
});

test("the browser's language, or English", () => {
  expect(pickLanguage(["nl-BE", "en"])).toBe("nl");
  expect(pickLanguage(["", "de-DE", "en-GB", "nl"])).toBe("en");
  expect(pickLanguage([])).toBe("en");
});

test("blanks are filled, and an unknown one stays to be seen", () => {
  const t = translator("nl");
  expect(t("allow.title", { name: "Sam" })).toBe("Sam wil meekijken");
  expect(t("allow.title")).toContain("{name}");
});
