// Back, forward, load again, and the address for both to see.

import { useEffect, useState } from "react";
import type { MessageKey } from "../core/catalogue";
import { refusedKey } from "../core/refused";
import { hostOf, typedAddress } from "../core/route";
import type { Navigation } from "../gen/cobrowse/v1/stream_pb";
import type { LiveController } from "../hooks/live-controller";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

interface Props {
  navigation: Navigation | undefined;
  controller: LiveController;
  mayAct: boolean;
}

export function AddressBar({ navigation, controller, mayAct }: Props) {
  const { t } = useText();
  const url = navigation?.url ?? "";
  const [draft, setDraft] = useState<string>();
  const [refused, setRefused] = useState<MessageKey>();
  useEffect(() => setRefused(undefined), [url]);
  // It lies over the page: the next press anywhere is for the page, and takes it away.
  useEffect(() => {
    if (!refused) return;
    const pressed = () => setRefused(undefined);
    window.addEventListener("pointerdown", pressed, { capture: true, once: true });
    return () => window.removeEventListener("pointerdown", pressed, { capture: true });
  }, [refused]);
  const go = async () => {
    const address = typedAddress(draft ?? "");
    const result = address ? await controller.command({ case: "navigate", value: { to: { case: "url", value: address } } }) : undefined;
    setRefused(!address ? "nav.refused" : result?.ok === false ? refusedKey(result.reason) : undefined);
    if (result?.ok) setDraft(undefined);
  };
  const step = async (to: "back" | "forward" | "reload") => {
    const result = await controller.command({ case: "navigate", value: { to: { case: to, value: true } } });
    setRefused(result?.ok === false ? refusedKey(result.reason) : undefined);
  };
  return (
    <form
      className="address" role="search" aria-label={t("nav.address")} data-loading={navigation?.loading || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        (document.activeElement as HTMLElement | null)?.blur();
        void go();
      }}
    >
      <button type="button" className="button icon-only" aria-label={t("nav.back")} title={t("nav.back")} disabled={!mayAct || !navigation?.canGoBack} onClick={() => void step("back")}><Icon name="back" /></button>
      <button type="button" className="button icon-only wide-only" aria-label={t("nav.forward")} title={t("nav.forward")} disabled={!mayAct || !navigation?.canGoForward} onClick={() => void step("forward")}><Icon name="forward" /></button>
      <button type="button" className="button icon-only wide-only" aria-label={t("nav.reload")} title={t("nav.reload")} disabled={!mayAct} onClick={() => void step("reload")}><Icon name="reload" /></button>
      <div className="address-field" data-refused={refused !== undefined || undefined}>
        {url.startsWith("https:") && <span className="address-lock" title={t("nav.secure")}><Icon name="lock" size={16} /></span>}
        <input
          data-testid="address" aria-label={t("nav.address")} aria-invalid={refused !== undefined} aria-describedby={refused ? "address-refused" : undefined} readOnly={!mayAct} type="text" inputMode="url"
          autoCapitalize="off" autoComplete="off" spellCheck={false} value={draft ?? shortened(url)}
          onFocus={(event) => {
            if (!mayAct) return;
            const field = event.target;
            // At once, for who types at once; and again after the press that led here, which sets the caret.
            field.value = url;
            field.select();
            setDraft(url);
            requestAnimationFrame(() => field.value === url && field.select());
          }}
          onBlur={() => setDraft(undefined)}
          onChange={(event) => setDraft(event.target.value)}
        />
        {refused && <span className="address-refused" id="address-refused" role="alert">{t(refused)}</span>}
        <span className="unseen" role="status">{navigation?.loading ? t("nav.loading") : ""}</span>
      </div>
    </form>
  );
}

/** What people need of an address: the host first, and where on the site. */
function shortened(url: string): string {
  try {
    const { protocol, pathname } = new URL(url);
    if (protocol !== "https:" && protocol !== "http:") return "";
    return hostOf(url) + (pathname === "/" ? "" : pathname);
  } catch {
    return url;
  }
}
