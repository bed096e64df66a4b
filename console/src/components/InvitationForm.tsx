// Where a person accepts an invitation: one that came with the link, or one that is pasted.

import { useState } from "react";
import { invitationFromText } from "../core/invitation";
import type { Account } from "../gen/cobrowse/v1/account_pb";
import type { Joining } from "../hooks/use-join";
import { useText } from "../hooks/use-text";

export function InvitationForm({ join, account, invitation }: { join: Joining; account: Account; invitation: string | undefined }) {
  const { t } = useText();
  const [text, setText] = useState("");
  const [malformed, setMalformed] = useState(false);
  const submit = () => {
    const found = invitation ?? invitationFromText(text);
    setMalformed(found === undefined);
    if (found) join.withInvitation(found);
  };
  return (
    <form
      className="join"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h1>{t("invited.title")}</h1>
      <p className="lead">{invitation ? t("invited.knock", { name: account.name, company: account.company }) : t("invited.lead")}</p>
      {!invitation && (
        <label className="labelled">
          <span>{t("invited.label")}</span>
          <input
            className="field" data-testid="invitation-input" autoComplete="off" autoCapitalize="off" spellCheck={false} autoFocus aria-invalid={malformed} aria-describedby="invitation-problem"
            value={text} onChange={(event) => {
              setMalformed(false);
              setText(event.target.value);
            }}
          />
        </label>
      )}
      <div id="invitation-problem" role="alert">{malformed && <p className="inline-problem">{t("invited.malformed")}</p>}</div>
      <button type="submit" className="button main large" data-testid="invitation-submit" autoFocus={invitation !== undefined} disabled={join.busy}>{t(join.busy ? "agent.pin.busy" : "agent.pin.submit")}</button>
    </form>
  );
}
