// The start pages, for people who come without an address.

import { Icon } from "../components/Icon";
import { Shell } from "../components/Shell";
import { hostOf } from "../core/route";
import type { StartPage } from "../gen/cobrowse/v1/session_pb";
import { useText } from "../hooks/use-text";

export function StartChoice({ pages, onChoose }: { pages: StartPage[]; onChoose(url: string): void }) {
  const { t } = useText();
  return (
    <Shell title={t("start.choose.title")}>
      <div className="home">
        <h1>{t("start.choose.title")}</h1>
        <p className="lead">{t(pages.length > 0 ? "start.choose.text" : "start.choose.none")}</p>
        <ul className="sites">
          {pages.map((page) => (
            <li key={`${page.tenant} ${page.url}`}>
              <button type="button" className="choice" data-testid="start-page" onClick={() => onChoose(page.url)}>
                <span className="choice-title">{page.title || page.company}</span>
                <span className="quiet-text">{page.company} · {hostOf(page.url)}</span>
                <span className="choice-go"><Icon name="forward" /></span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Shell>
  );
}
