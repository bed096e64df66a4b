// Covers the picture, wholly, with the reason.

import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export function Curtain({ icon, title, text, busy, testId, children }: { icon?: IconName; title: string; text?: string; busy?: boolean; testId?: string; children?: ReactNode }) {
  return (
    <div className="curtain" data-testid={testId}>
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <span className="badge"><Icon name={icon} size={28} /></span>}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}
