// Short messages over the page: what the page could not do, limits that come near, downloads, copied text.

import { useEffect, useState } from "react";
import { isKey } from "../core/catalogue";
import type { LiveHandle } from "../hooks/use-live";
import { useArrivals } from "../hooks/use-arrivals";
import { useHeld } from "../hooks/use-held";
import { useText } from "../hooks/use-text";
import { DownloadNotices } from "./DownloadNotices";
import { Icon } from "./Icon";
import { LimitNotice } from "./LimitNotice";
import { PutAway } from "./PutAway";

/** What the end user is asked or offered anyway, and the others are told of. */
const FOR_OTHERS = new Set(["FileForEndUser", "DownloadForEndUser"]);

export function Notices({ live, endUser }: { live: LiveHandle; endUser: boolean }) {
  const { t } = useText();
  const notices = live.live.notices.filter((notice) => !endUser || !FOR_OTHERS.has(notice.code));
  return (
    <div className="notices">
      <div role="status">
        {notices.map((notice) => {
          const key = `notice.${notice.code}`;
          return (
            <div key={notice.key} className="notice" data-testid="notice" data-code={notice.code}>
              <Icon name="warning" />
              <span>{isKey(key) ? t(key, notice.details) : t("notice.other", { code: notice.code })}</span>
              <PutAway onClose={() => live.controller.dismissNotice(notice.key)} />
            </div>
          );
        })}
      </div>
      <Arrivals live={live} />
      {endUser && <HeldNotice live={live} />}
      <LimitNotice live={live} endUser={endUser} />
      {endUser && <DownloadNotices live={live} />}
      <ClipboardNotice live={live} />
    </div>
  );
}

function Arrivals({ live }: { live: LiveHandle }) {
  const { t } = useText();
  return (
    <div role="status">
      {useArrivals(live.live).map(({ key, person, what }) => (
        <div key={key} className="notice" data-testid="arrival"><Icon name="people" /> <span>{t(`arrival.${what}`, { name: person.name })}</span></div>
      ))}
    </div>
  );
}

/** For the end user, who still sees the page: why nobody else does, and that they do again. */
function HeldNotice({ live }: { live: LiveHandle }) {
  const { t } = useText();
  const [told, close] = useHeld(live.live);
  return (
    <div role="status">
      {told && <div className="notice" data-testid={told}><Icon name={told === "held" ? "hidden" : "eye"} /> <span>{t(`live.${told}.user`)}</span><PutAway onClose={close} /></div>}
    </div>
  );
}

/** The page copied text. Browsers that write to the clipboard only on a press of the person's own get a button. */
function ClipboardNotice({ live }: { live: LiveHandle }) {
  const { t } = useText();
  const { clipboard } = live.live;
  const [done, setDone] = useState("");
  const [asked, setAsked] = useState("");
  const key = clipboard?.key ?? "";
  const text = clipboard?.text ?? "";
  const copy = () => navigator.clipboard.writeText(text).then(() => setDone(key));
  useEffect(() => {
    if (text) navigator.clipboard.writeText(text).then(() => setDone(key), () => setAsked(key));
  }, [key, text]);
  if (!text || done === key || asked !== key) return null;
  return (
    <div className="notice" role="status">
      <Icon name="copy" />
      <span>{t("clipboard.ready")}</span>
      <button type="button" className="button small" onClick={() => void copy().catch(() => setDone(key))}>{t("common.copy")}</button>
      <PutAway onClose={() => setDone(key)} />
    </div>
  );
}
