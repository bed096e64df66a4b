// The end user's page: from arriving to the end. It only decides which part is shown.

import { useCallback, useState } from "react";
import { siteFragment } from "../core/route";
import { useCapability } from "../hooks/use-capability";
import { useBackend } from "../hooks/backend-context";
import { useText } from "../hooks/use-text";
import { forget, keep, kept, type KeptStart } from "../transport/kept";
import { EndUserSession } from "./EndUserSession";
import { LoadingPage } from "./LoadingPage";
import { StartIntro } from "./StartIntro";
import { UnsupportedPage } from "./UnsupportedPage";

export function StartPage({ site }: { site: string | undefined }) {
  const { t } = useText();
  const backend = useBackend();
  const capability = useCapability();
  // Whoever arrives with an address starts anew; a reload has none and goes on where it was.
  const [start, setStart] = useState<KeptStart | undefined>(() => {
    if (site) forget("start");
    const old = kept("start");
    backend.setToken(old?.token);
    return old;
  });
  const [wanted, setWanted] = useState(site);
  const begin = useCallback((made: KeptStart) => {
    backend.setToken(made.token);
    keep("start", made);
    setStart(made);
  }, [backend]);
  const change = useCallback((next: KeptStart) => {
    keep("start", next);
    setStart(next);
  }, []);
  const leave = useCallback(() => {
    forget("start");
    backend.setToken(undefined);
    setWanted(undefined);
    setStart(undefined);
  }, [backend]);
  if (!capability) return <LoadingPage title={t("start.loading")} />;
  if (!capability.ok) return <UnsupportedPage missing={capability.missing} fragment={wanted && siteFragment(wanted)} />;
  if (start) return <EndUserSession key={start.sessionId} start={start} codecs={capability.codecs} onChange={change} onLeave={leave} />;
  return <StartIntro site={wanted} simple={!capability.h264} onSite={setWanted} onStarted={begin} />;
}
