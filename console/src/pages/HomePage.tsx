// The short choice: get help, or help.

import { Icon } from "../components/Icon";
import { Shell } from "../components/Shell";
import { useText } from "../hooks/use-text";

export function HomePage() {
  const { t } = useText();
  // The fake backend of development is chosen in the query, so it goes along.
  const query = location.search;
  return (
    <Shell title={t("home.title")}>
      <div className="home">
        <p className="tagline">{t("app.tagline")}</p>
        <h1>{t("home.title")}</h1>
        <div className="choices">
          <a className="choice" href={`/start${query}`}>
            <span className="badge"><Icon name="hand" size={28} /></span>
            <span className="choice-title">{t("home.start")}</span>
            <span className="quiet-text">{t("home.start.text")}</span>
          </a>
          <a className="choice" href={`/agent${query}`}>
            <span className="badge"><Icon name="people" size={28} /></span>
            <span className="choice-title">{t("home.agent")}</span>
            <span className="quiet-text">{t("home.agent.text")}</span>
          </a>
        </div>
      </div>
    </Shell>
  );
}
