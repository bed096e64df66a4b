// The title of the tab, while the component is there. The latest one wins.

import { useEffect } from "react";
import { useText } from "./use-text";

export function useTitle(title: string): void {
  const { t } = useText();
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · ${t("app.name")}`;
    return () => {
      document.title = before;
    };
  }, [title, t]);
}
