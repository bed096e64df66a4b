// Which curtain lies over the picture now, if any.

import { selfOf } from "../core/live";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Curtain } from "./Curtain";

export type Why = "starting" | "linkLost" | "stopped" | "noView" | "away" | "waiting";

export function curtainOf({ link, live, shown }: LiveHandle, endUser: boolean): Why | undefined {
  if (link.stale && (link.attempt > 0 || link.phase === "open")) return "linkLost";
  if (!endUser) {
    if (live.paused) return "stopped";
    if (selfOf(live)?.permissions?.view === false) return "noView";
    if (live.blanked) return live.participants.some((one) => one.role === Role.END_USER && !one.connected) ? "away" : "stopped";
  }
  return shown ? undefined : "waiting";
}

export function LiveCurtain({ why, endUser }: { why: Why; endUser: boolean }) {
  const { t } = useText();
  switch (why) {
    case "starting":
      return <Curtain busy title={t("starting.title")} text={t("starting.text")} />;
    case "linkLost":
      return <Curtain icon="link" testId="link-lost" title={t("live.linklost.title")} text={t(endUser ? "live.linklost.user" : "live.linklost.agent")} />;
    case "stopped":
      return <Curtain icon="hidden" testId="blanked" title={t("live.paused.agent.title")} text={t("live.paused.agent.text")} />;
    case "noView":
      return <Curtain icon="hidden" testId="blanked" title={t("live.noview.title")} text={t("live.noview.text")} />;
    case "away":
      return <Curtain icon="link" testId="blanked" title={t("live.away.title")} text={t("live.away.text")} />;
    case "waiting":
      return <Curtain busy title={t("live.waiting")} />;
  }
}
