// Picks a language and fills messages in. Pure.

import { en, type Catalogue, type MessageKey } from "./catalogue/en";
import { nl } from "./catalogue/nl";

export type Language = "en" | "nl";
export type Values = Record<string, string | number>;
export type Translate = (key: MessageKey, values?: Values) => string;

export const catalogues: Record<Language, Catalogue> = { en, nl };

/** The first language of the list that there is a catalogue for; English otherwise. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "nl" || language === "en") return language;
  }
  return "en";
}

export function translator(language: Language): Translate {
  const catalogue = catalogues[language];
  return (key, values = {}) => catalogue[key].replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}

/** True for a key made at run time, such as a notice's code. */
export function isKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

export type { MessageKey };
