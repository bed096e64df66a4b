// The language and its messages.

import { createContext, useContext } from "react";
import { translator, type Language, type Translate } from "../core/catalogue";

export interface Text {
  t: Translate;
  language: Language;
  setLanguage(language: Language): void;
}

export const TextContext = createContext<Text>({ t: translator("en"), language: "en", setLanguage: () => undefined });

export function useText(): Text {
  return useContext(TextContext);
}
