// The language a person chose, kept on this device.

const KEY = "cobrowse.language";

export function keptLanguage(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepLanguage(language: string): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is off: the choice holds until the page is left.
  }
}
