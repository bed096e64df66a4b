// One full page that says what happened and what can be done.

import { useEffect, useRef, type ReactNode } from "react";
import { Icon, type IconName } from "./Icon";
import { Shell } from "./Shell";

interface Props {
  title: string;
  icon?: IconName;
  tone?: "calm" | "warn";
  children?: ReactNode;
  actions?: ReactNode;
  /** For the frame around it, such as signing out. */
  headActions?: ReactNode;
}

export function MessagePage({ title, icon = "check", tone = "calm", children, actions, headActions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <Shell title={title} actions={headActions}>
      <div className="card message" data-tone={tone}>
        <span className="badge"><Icon name={icon} size={28} /></span>
        <h1 ref={heading} tabIndex={-1} data-testid="message-title">{title}</h1>
        <div className="message-text">{children}</div>
        {actions && <div className="actions">{actions}</div>}
      </div>
    </Shell>
  );
}
