// A question of the page, in a dialog of our own that says which site asks.

import { useState } from "react";
import { DialogKind, type Dialog } from "../gen/cobrowse/v1/stream_pb";
import type { LiveController } from "../hooks/live-controller";
import { useText } from "../hooks/use-text";
import { hostOf } from "../core/route";
import { Modal } from "./Modal";

export function PageDialog({ dialog, controller, mayAct }: { dialog: Dialog; controller: LiveController; mayAct: boolean }) {
  const { t } = useText();
  const [text, setText] = useState(dialog.defaultText);
  const answer = (accept: boolean) => void controller.command({ case: "dialog", value: { dialogId: dialog.id, accept, promptText: accept ? text : "" } });
  const leaving = dialog.kind === DialogKind.BEFORE_UNLOAD;
  const alone = dialog.kind === DialogKind.ALERT;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (mayAct) answer(true);
      }}
    >
      <Modal
        testId="page-dialog"
        title={leaving ? t("dialog.leave") : t("dialog.from", { origin: hostOf(dialog.origin) })}
        onClose={mayAct ? () => answer(alone) : undefined}
        actions={
          <>
            {!alone && <button type="button" className="button" data-testid="dialog-cancel" disabled={!mayAct} onClick={() => answer(false)}>{t(leaving ? "dialog.leave.no" : "common.cancel")}</button>}
            <button type="submit" className="button main" data-testid="dialog-ok" data-autofocus={alone || undefined} disabled={!mayAct}>{t(leaving ? "dialog.leave.yes" : "common.ok")}</button>
          </>
        }
      >
        <p className="said">{leaving ? t("dialog.leave.text") : dialog.message}</p>
        {dialog.kind === DialogKind.PROMPT && (
          <input data-autofocus className="field" data-testid="dialog-text" aria-label={dialog.message} autoComplete="off" disabled={!mayAct} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Modal>
    </form>
  );
}
