// Files that the page offered, for the end user to save.

import { useState } from "react";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

export function DownloadNotices({ live }: { live: LiveHandle }) {
  const { t } = useText();
  const [gone, setGone] = useState<readonly string[]>([]);
  const done = (id: string) => setGone((old) => [...old, id]);
  return (
    <>
      {live.live.downloads.filter((file) => (file.complete || file.failed) && !gone.includes(file.id)).map((file) => (
        <div key={file.id} className="notice" role="status">
          <Icon name="file" />
          <span>{t(file.failed ? "download.failed" : "download.ready", { name: file.name })}</span>
          {!file.failed && (
            <button type="button" className="button small main" onClick={() => void live.controller.download(file.id, file.name).then((ok) => ok && done(file.id))}>{t("download.save")}</button>
          )}
          <button type="button" className="button icon-only quiet" aria-label={t("common.close")} onClick={() => done(file.id)}><Icon name="close" size={16} /></button>
        </div>
      ))}
    </>
  );
}
