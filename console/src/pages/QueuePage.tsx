// All browsers are in use: the place in the queue, until there is a PIN.

import { Icon } from "../components/Icon";
import { Shell } from "../components/Shell";
import { hostOf } from "../core/route";
import { Phase } from "../gen/cobrowse/v1/session_pb";
import { useFirstPin } from "../hooks/use-first-pin";
import { useText } from "../hooks/use-text";
import type { WaitingProps } from "./PinPage";

export function QueuePage({ session, start, exit, covered, linked, onChange }: WaitingProps) {
  const { t } = useText();
  useFirstPin(session, start, onChange);
  const turn = session.phase !== Phase.QUEUED;
  return (
    <Shell title={t("queue.title")} actions={exit} covered={covered}>
      <div className="card pin-card">
        <p className="site-chip"><Icon name="lock" size={16} /> {hostOf(start.origin)}</p>
        <h1>{t("queue.title")}</h1>
        <p className="lead">{t("queue.lead")}</p>
        <p className="waiting" data-testid="queue" role="status">
          <span className="pulse" aria-hidden="true" />{" "}
          {!linked ? t("queue.offline") : turn ? t("queue.turn") : t("queue.place", { place: String(session.queuePlace) })}
        </p>
        <p className="quiet-text">{t("queue.keep")}</p>
      </div>
    </Shell>
  );
}
