// The page's tabs, when there is more than one.

import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

export function TabStrip({ live, mayAct }: { live: LiveHandle; mayAct: boolean }) {
  const { t } = useText();
  const tabs = live.live.navigation?.tabs ?? [];
  if (tabs.length < 2) return null;
  const tell = (tabId: string, close: boolean) => void live.controller.command({ case: "tab", value: { tabId, close } });
  return (
    <nav className="tabs" aria-label={t("nav.tabs")}>
      {tabs.map((tab) => (
        <span key={tab.id} className="tab" data-active={tab.active || undefined}>
          <button type="button" className="tab-name" aria-current={tab.active ? "page" : undefined} disabled={!mayAct} onClick={() => tell(tab.id, false)}>{tab.title || "…"}</button>
          <button type="button" className="tab-close" aria-label={t("nav.tab.close", { title: tab.title })} disabled={!mayAct} onClick={() => tell(tab.id, true)}><Icon name="close" size={14} /></button>
        </span>
      ))}
    </nav>
  );
}
