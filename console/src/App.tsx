// One page per address, with the backend and the language around it.

import { useEffect, useMemo, useState } from "react";
import { pickLanguage, translator, type Language } from "./core/catalogue";
import type { Route } from "./core/route";
import { BackendContext } from "./hooks/backend-context";
import { TextContext } from "./hooks/use-text";
import { useVisiblePart } from "./hooks/use-visible-part";
import { AgentPage } from "./pages/AgentPage";
import { HomePage } from "./pages/HomePage";
import { SetUpPage } from "./pages/SetUpPage";
import { StartPage } from "./pages/StartPage";
import { UnknownPage } from "./pages/UnknownPage";
import type { Backend } from "./transport/backend";
import { keptLanguage, keepLanguage } from "./transport/kept-language";

interface Props {
  route: Route;
  site: string | undefined;
  invitation: string | undefined;
  backend: Backend;
}

export function App({ route, site, invitation, backend }: Props) {
  const [language, setLanguage] = useState<Language>(() => pickLanguage([keptLanguage() ?? "", ...navigator.languages]));
  useVisiblePart();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const text = useMemo(() => ({
    t: translator(language),
    language,
    setLanguage: (next: Language) => {
      keepLanguage(next);
      setLanguage(next);
    },
  }), [language]);
  return (
    <BackendContext value={backend}>
      <TextContext value={text}>{pageOf(route, site, invitation)}</TextContext>
    </BackendContext>
  );
}

function pageOf(route: Route, site: string | undefined, invitation: string | undefined) {
  switch (route) {
    case "home":
      return <HomePage />;
    case "start":
      return <StartPage site={site} />;
    case "agent":
      return <AgentPage invitation={invitation} />;
    case "setup":
      return <SetUpPage invitation={invitation} />;
    case "unknown":
      return <UnknownPage />;
  }
}
