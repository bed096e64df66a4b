// The frame of every page but the live one: logo, language, and a main region.

import type { ReactNode } from "react";
import { useTitle } from "../hooks/use-title";
import { useText } from "../hooks/use-text";
import { Logo } from "./Logo";

interface Props {
  title: string;
  /** In the head, never inert: Stop stands there. */
  actions?: ReactNode;
  /** A dialog lies over the page. */
  covered?: boolean;
  children: ReactNode;
}

export function Shell({ title, actions, covered, children }: Props) {
  const { t, language, setLanguage } = useText();
  useTitle(title);
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={skip}>{t("app.skip")}</a>
      <header className="shell-head" data-covered={covered || undefined}>
        <a className="plain" href="/" aria-label={t("app.name")}><Logo name={t("app.name")} /></a>
        <div className="row head-row">
          {actions}
          <button type="button" className="button quiet language" lang={language === "nl" ? "en" : "nl"} title={t("language.label")} onClick={() => setLanguage(language === "nl" ? "en" : "nl")}>
            {t("language.switch")}
          </button>
        </div>
      </header>
      <main id="main" className="shell-main" tabIndex={-1} inert={covered}>{children}</main>
    </div>
  );
}

function skip(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
