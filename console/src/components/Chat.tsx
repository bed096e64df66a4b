// Messages between the people of the session.

import { useEffect, useRef, useState, type CSSProperties } from "react";
import { colourOf, nameOf } from "../core/people";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

/** The person's colour, mixed by the style sheet so that it reads on light and dark. */
function who(colour: string): CSSProperties {
  return { "--who": colour } as CSSProperties;
}

const CHAT_MAX = 2_000;

export function Chat({ live, mayWrite }: { live: LiveHandle; mayWrite: boolean }) {
  const { t } = useText();
  const [draft, setDraft] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const { chat, selfId } = live.live;
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [chat.length]);
  const send = () => {
    const text = draft.trim();
    if (!text) return;
    live.controller.guide({ case: "chat", value: { text } });
    setDraft("");
  };
  return (
    <section className="chat" aria-label={t("chat.title")}>
      <div ref={list} className="chat-lines" role="log" aria-live="polite" aria-label={t("chat.title")} tabIndex={0}>
        {chat.length === 0 && <p className="quiet-text">{t("chat.none")}</p>}
        {chat.map((line) => (
          <p key={line.key} className="chat-line" data-own={line.participantId === selfId || undefined}>
            {line.participantId !== selfId && <strong style={who(colourOf(live.live, line.participantId))}>{nameOf(live.live, line.participantId) || t("people.customer")}</strong>}
            <span>{line.text}</span>
          </p>
        ))}
      </div>
      <form
        className="chat-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <input data-testid="chat-input" data-panel-focus aria-label={t("chat.input")} placeholder={t("chat.input")} maxLength={CHAT_MAX} autoComplete="off" disabled={!mayWrite} value={draft} onChange={(event) => setDraft(event.target.value)} />
        <button type="submit" className="button icon-only main" aria-label={t("chat.send")} title={t("chat.send")} disabled={!mayWrite || !draft.trim()}><Icon name="send" /></button>
      </form>
    </section>
  );
}
