// Asks for one line of text.

import { useState } from "react";
import { useText } from "../hooks/use-text";
import { Modal } from "./Modal";

const LABEL_MAX = 500;

export function TextPrompt({ title, onText, onClose }: { title: string; onText(text: string): void; onClose(): void }) {
  const { t } = useText();
  const [text, setText] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onText(text.trim());
      }}
    >
      <Modal
        title={title} onClose={onClose}
        actions={
          <>
            <button type="button" className="button" onClick={onClose}>{t("common.cancel")}</button>
            <button type="submit" className="button main" disabled={!text.trim()}>{t("tool.place")}</button>
          </>
        }
      >
        <input data-autofocus className="field" data-testid="text-input" aria-label={title} maxLength={LABEL_MAX} value={text} onChange={(event) => setText(event.target.value)} />
      </Modal>
    </form>
  );
}
