// The live session as both see it: address, tools, picture, people, messages. Who may do what comes from the live state.

import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { LEAVE_KEY } from "../core/keys";
import { mayAct, mayPoint } from "../core/live";
import type { Tool } from "../core/tools";
import type { Size, Spot } from "../core/viewport";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import { useInvite } from "../hooks/use-invite";
import type { LiveHandle } from "../hooks/use-live";
import { useSize } from "../hooks/use-size";
import { useTitle } from "../hooks/use-title";
import { useText } from "../hooks/use-text";
import { AddressBar } from "./AddressBar";
import { ControlButton } from "./ControlButton";
import { InviteDialog } from "./InviteDialog";
import { curtainOf, LiveCurtain, LiveStatus } from "./LiveCurtain";
import { LiveDialogs } from "./LiveDialogs";
import { Logo } from "./Logo";
import { Notices } from "./Notices";
import { PanelButtons, SidePanel, type Panel } from "./SidePanel";
import { QualityBadge } from "./QualityBadge";
import { Stage } from "./Stage";
import { TabStrip } from "./TabStrip";
import { TextPrompt } from "./TextPrompt";
import { ToolRail } from "./ToolRail";

interface Props {
  live: LiveHandle | undefined;
  session: Session;
  endUser: boolean;
  company: string;
  /** Stop, or leave: never covered, never inert. */
  exit: ReactNode;
  /** A dialog lies over all: nothing below may be reached. */
  covered: boolean;
  onSize?(size: Size): void;
}

export function LiveScreen({ live, session, endUser, company, exit, covered, onSize }: Props) {
  const { t } = useText();
  useTitle(t("live.stage"));
  const root = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLElement>(null);
  useRoom(body, onSize);
  const [tool, setTool] = useState<Tool>("act");
  const [panel, setPanel] = useState<Panel>();
  const [textAt, setTextAt] = useState<Spot>();
  const [inviting, setInviting] = useState(false);
  const invite = useInvite(session.id);
  const invited = () => {
    setInviting(false);
    invite.forget();
  };
  const leave = useCallback(() => root.current?.querySelector<HTMLElement>("[data-leave] button, button[data-leave]")?.focus(), []);
  const state = live?.live;
  const why = live && curtainOf(live, endUser);
  const act = state !== undefined && mayAct(state);
  const point = state !== undefined && mayPoint(state);
  const dialogs = state ? state.dialogs.length > 0 || textAt !== undefined : false;
  const under = covered || inviting;
  return (
    <div
      ref={root} className="live" data-role={endUser ? "end-user" : "agent"}
      onKeyDown={(event) => {
        // From the buttons back to the page; from the page to the buttons the stage's own keys lead.
        if (event.key !== LEAVE_KEY || event.defaultPrevented) return;
        event.preventDefault();
        root.current?.querySelector<HTMLElement>(".stage-field")?.focus({ preventScroll: true });
      }}
    >
      <header className="live-head" inert={under}>
        <Logo />
        {live && <AddressBar navigation={live.live.navigation} controller={live.controller} mayAct={act} />}
      </header>
      <section className="live-exit" aria-label={t(endUser ? "stop.button" : "agent.leave")} data-leave>{exit}</section>
      <section className="live-bar" aria-label={t("live.bar")} inert={under}>
        {live && <QualityBadge live={live} />}
        {live && <ControlButton live={live} endUser={endUser} />}
        {live && <PanelButtons live={live} panel={panel} onPanel={setPanel} />}
      </section>
      {live && <TabStrip live={live} mayAct={act} />}
      <main ref={body} className="live-body" inert={under}>
        {live && !endUser && (
          <ToolRail
            tool={tool} mayPoint={point} onTool={setTool}
            onClear={() => live.controller.guide({ case: "clear", value: true })}
          />
        )}
        <div className="live-middle" inert={dialogs}>
          {live && (
            <Stage live={live} endUser={endUser} tool={point ? tool : "act"} onTool={setTool} onTextAt={setTextAt} onLeave={leave} curtain={why !== undefined}>
              {why && <LiveCurtain why={why} endUser={endUser} />}
            </Stage>
          )}
          {!live && <LiveCurtain why="starting" endUser={endUser} />}
        </div>
        {live && panel && <SidePanel live={live} session={session} endUser={endUser} panel={panel} mayPoint={point} onInvite={() => setInviting(true)} onClose={() => setPanel(undefined)} />}
        {live && <Notices live={live} endUser={endUser} />}
      </main>
      <LiveStatus why={live ? why : "starting"} endUser={endUser} />
      {live && !under && <LiveDialogs live={live} endUser={endUser} company={company} mayAct={act} />}
      {inviting && !covered && <InviteDialog invite={invite} endUser={endUser} company={company} onClose={invited} />}
      {live && textAt && !covered && <Writing live={live} at={textAt} onClose={() => setTextAt(undefined)} />}
    </div>
  );
}

/** Tells the room for the page. It follows the window, not the panel beside it: opening messages must not move the website about. */
function useRoom(body: RefObject<HTMLElement | null>, onSize?: (size: Size) => void) {
  const room = useSize(body);
  useEffect(() => {
    if (room.width > 0 && room.height > 0) onSize?.(room);
  }, [room, onSize]);
}

/** Asks for the text to place on the page. */
function Writing({ live, at, onClose }: { live: LiveHandle; at: Spot; onClose(): void }) {
  const { t } = useText();
  const write = (text: string) => {
    live.controller.guide({ case: "text", value: { at, text } });
    onClose();
  };
  return <TextPrompt title={t("tool.text.prompt")} onClose={onClose} onText={write} />;
}
