// The page wants a file: the end user chooses one from the own device, and it is sent in parts.

import { useRef, useState } from "react";
import type { FileChooser } from "../gen/cobrowse/v1/stream_pb";
import type { LiveController } from "../hooks/live-controller";
import type { Sent } from "../hooks/files";
import { useText } from "../hooks/use-text";
import { Modal } from "./Modal";

export function FileDialog({ chooser, controller, company }: { chooser: FileChooser; controller: LiveController; company: string }) {
  const { t } = useText();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState("");
  const [result, setResult] = useState<Sent>();
  const send = async (files: File[]) => {
    if (files.length === 0) return;
    setResult(undefined);
    const sent = await controller.upload(chooser.id, files, setSending);
    setSending("");
    setResult(sent);
  };
  const cancel = () => void controller.command({ case: "chooserCancel", value: { chooserId: chooser.id } });
  return (
    <Modal
      title={t("file.title")} testId="file-dialog" onClose={sending ? undefined : cancel}
      actions={
        <>
          <button type="button" className="button" disabled={sending !== ""} onClick={cancel}>{t("common.cancel")}</button>
          <button type="button" data-autofocus className="button main" disabled={sending !== ""} onClick={() => input.current?.click()}>{t("file.choose")}</button>
        </>
      }
    >
      <p>{t("file.text", { company })}</p>
      <p role="status">{sending ? t("file.busy", { name: sending }) : result === "failed" ? t("file.failed") : result === "tooLarge" ? t("file.large") : ""}</p>
      <input
        ref={input} className="unseen" data-testid="file-input" type="file" tabIndex={-1} aria-label={t("file.choose")} multiple={chooser.multiple} accept={chooser.accept || undefined}
        onChange={(event) => void send([...(event.target.files ?? [])])}
      />
    </Modal>
  );
}
