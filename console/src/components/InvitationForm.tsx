// Where a person accepts an invitation: one that came with the link, or one that is pasted.

import { useState } from "react";
import { invitationFromText } from "../core/invitation";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import type { Joining } from "../hooks/use-join";
import { useText } from "../hooks/use-text";
import { JoinForm } from "./JoinForm";

export function InvitationForm({ join, account, invitation }: { join: Joining; account: Account; invitation: string | undefined }) {
  const { t } = useText();
  const [text, setText] = useState("");
  const [malformed, setMalformed] = useState(false);
  const submit = () => {
    const found = invitation ?? invitationFromText(text);
    setMalformed(found === undefined);
    if (found) join.withInvitation(found);
  };
  const field = (
    <input
      className="field" data-testid="invitation-input" autoComplete="off" autoCapitalize="off" spellCheck={false} autoFocus aria-invalid={malformed} aria-describedby="invitation-problem"
      value={text} onChange={(event) => {
        setMalformed(false);
        setText(event.target.value);
      }}
    />
  );
  const common = { name: "invitation", title: t("invited.title"), problem: malformed && <p className="inline-problem">{t("invited.malformed")}</p>, busy: join.busy, onSubmit: submit } as const;
  if (invitation) return <JoinForm {...common} lead={t("invited.knock", { name: account.name, company: account.company })} />;
  return <JoinForm {...common} lead={t("invited.lead")} label={t("invited.label")} field={field} />;
}
