// Which curtain lies over the picture now, if any.

import { roleOf, selfOf } from "../core/live";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Curtain } from "./Curtain";

export function LiveCurtain({ live, endUser }: { live: LiveHandle | undefined; endUser: boolean }) {
  const { t } = useText();
  if (!live) return <Curtain busy title={t("starting.title")} text={t("starting.text")} />;
  const { link, live: state, shown } = live;
  if (link.stale && (link.attempt > 0 || link.phase === "open")) {
    return <Curtain icon="link" testId="link-lost" title={t("live.linklost.title")} text={t(endUser ? "live.linklost.user" : "live.linklost.agent")} />;
  }
  if (!endUser && (state.paused || state.blanked)) {
    return <Curtain icon="hidden" testId="blanked" title={t("live.paused.agent.title")} text={t("live.paused.agent.text")} />;
  }
  const self = selfOf(state);
  if (self && roleOf(state, self.id) !== Role.END_USER && self.permissions?.view === false) {
    return <Curtain icon="hidden" testId="blanked" title={t("live.noview.title")} text={t("live.noview.text")} />;
  }
  if (!shown) return <Curtain busy title={t("live.waiting")} />;
  return null;
}
