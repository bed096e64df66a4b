// People and messages beside the picture; a sheet over it on a phone.

import { useEffect, useRef, useState } from "react";
import { Role } from "../gen/cobrowse/v1/participant_pb";
import { nameOf } from "../core/people";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { isTouch } from "../render/touch";
import { Chat } from "./Chat";
import { Icon } from "./Icon";
import { People } from "./People";

export type Panel = "people" | "chat";

export function PanelButtons({ live, panel, onPanel }: { live: LiveHandle; panel: Panel | undefined; onPanel(panel: Panel | undefined): void }) {
  const { t } = useText();
  const { chat, participants, control } = live.live;
  const [read, setRead] = useState(0);
  useEffect(() => {
    if (panel === "chat") setRead(chat.length);
  }, [panel, chat.length]);
  const unread = panel === "chat" ? 0 : Math.max(0, chat.length - read);
  const last = chat.at(-1);
  const toggle = (next: Panel) => onPanel(panel === next ? undefined : next);
  const present = participants.filter((one) => one.connected && one.role !== Role.RECORDER).length;
  return (
    <>
      <button type="button" className="button quiet" data-testid="panel-people" aria-expanded={panel === "people"} title={t("people.title")} onClick={() => toggle("people")}>
        <Icon name="people" /> <span className="unseen">{t("people.title")}</span><span className="figures">{present}</span>{control.requestIds.length > 0 && <span className="dot" />}
      </button>
      <button type="button" className="button quiet" data-testid="panel-chat" aria-expanded={panel === "chat"} title={t("chat.title")} onClick={() => toggle("chat")}>
        <Icon name="chat" /> <span className="unseen">{t("chat.title")}</span>{unread > 0 && <span className="count">{unread}</span>}
      </button>
      <span className="unseen" role="status">{unread > 0 && last ? t("chat.new", { name: nameOf(live.live, last.participantId) || t("people.customer"), text: last.text }) : ""}</span>
    </>
  );
}

interface Props {
  live: LiveHandle;
  session: Session;
  endUser: boolean;
  panel: Panel;
  mayPoint: boolean;
  onInvite(): void;
  onClose(): void;
}

export function SidePanel({ live, session, endUser, panel, mayPoint, onInvite, onClose }: Props) {
  const { t } = useText();
  const side = useRef<HTMLElement>(null);
  // The stage before it keeps the Tab key, so the keyboard is taken here, and back again. A phone's keyboard stays closed.
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    const input = isTouch() ? undefined : side.current?.querySelector<HTMLElement>("[data-panel-focus]:not(:disabled)");
    (input ?? side.current)?.focus({ preventScroll: true });
    return () => before?.focus({ preventScroll: true });
  }, [panel]);
  return (
    <aside ref={side} className="side" tabIndex={-1} aria-label={t(panel === "chat" ? "chat.title" : "people.title")}>
      <div className="side-head">
        <h2>{t(panel === "chat" ? "chat.title" : "people.title")}</h2>
        <button type="button" className="button icon-only quiet" aria-label={t("common.close")} title={t("common.close")} onClick={onClose}><Icon name="close" /></button>
      </div>
      {panel === "chat" ? <Chat live={live} mayWrite={mayPoint} /> : <People live={live} session={session} endUser={endUser} onInvite={onInvite} />}
    </aside>
  );
}
