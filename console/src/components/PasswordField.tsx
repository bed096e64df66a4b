// A password, which the person may look at while typing it: nobody types it twice.

import { useState, type ComponentProps } from "react";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";
import { TextField } from "./TextField";

type Props = Omit<ComponentProps<typeof TextField>, "label" | "type" | "name" | "required" | "maxLength">;

export function PasswordField(field: Props) {
  const { t } = useText();
  const [seen, setSeen] = useState(false);
  return (
    <div className="password">
      <TextField {...field} label={t("agent.signin.password")} type={seen ? "text" : "password"} name="password" required maxLength={1024} autoCapitalize="off" autoCorrect="off" spellCheck={false} />
      <button type="button" className="button quiet icon-only" data-testid="password-see" aria-label={t("password.see")} title={t("password.see")} aria-pressed={seen} onClick={() => setSeen(!seen)}>
        <Icon name={seen ? "hidden" : "eye"} />
      </button>
    </div>
  );
}
