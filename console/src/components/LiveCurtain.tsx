// Which curtain lies over the picture now, if any.

import { selfOf } from "../core/live";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Curtain } from "./Curtain";
import type { IconName } from "./Icon";
import type { MessageKey } from "../core/catalogue";

export type Why = "starting" | "linkLost" | "stopped" | "held" | "noView" | "away" | "waiting";

export function curtainOf({ link, live, shown }: LiveHandle, endUser: boolean): Why | undefined {
  if (link.stale && (link.attempt > 0 || link.phase === "open")) return "linkLost";
  if (!endUser) {
    if (live.paused) return live.held ? "held" : "stopped";
    if (selfOf(live)?.permissions?.view === false) return "noView";
    if (live.blanked) return live.participants.some((one) => one.role === Role.END_USER && !one.connected) ? "away" : "stopped";
  }
  return shown ? undefined : "waiting";
}

interface Words {
  title: MessageKey;
  text?: MessageKey;
  /** None while something is on its way. */
  icon?: IconName;
  testId?: string;
}

function wordsOf(why: Why, endUser: boolean): Words {
  switch (why) {
    case "starting":
      return { title: "starting.title", text: "starting.text" };
    case "linkLost":
      return { icon: "link", testId: "link-lost", title: "live.linklost.title", text: endUser ? "live.linklost.user" : "live.linklost.agent" };
    case "stopped":
      return { icon: "hidden", testId: "blanked", title: "live.paused.agent.title", text: "live.paused.agent.text" };
    case "held":
      return { icon: "hidden", testId: "blanked", title: "live.held.agent.title", text: "live.held.agent.text" };
    case "noView":
      return { icon: "hidden", testId: "blanked", title: "live.noview.title", text: "live.noview.text" };
    case "away":
      return { icon: "link", testId: "blanked", title: "live.away.title", text: "live.away.text" };
    case "waiting":
      return { title: "live.waiting" };
  }
}

export function LiveCurtain({ why, endUser }: { why: Why; endUser: boolean }) {
  const { t } = useText();
  const { title, text, icon, testId } = wordsOf(why, endUser);
  return <Curtain busy={!icon} icon={icon} testId={testId} title={t(title)} text={text && t(text)} />;
}

/** The same for screen readers. It stands there always: what only appears together with its words is often not said. */
export function LiveStatus({ why, endUser }: { why: Why | undefined; endUser: boolean }) {
  const { t } = useText();
  const words = why && wordsOf(why, endUser);
  return <p className="unseen" role="status" data-testid="live-status">{words ? [t(words.title), words.text && t(words.text)].filter(Boolean).join(". ") : t("live.shown")}</p>;
}
