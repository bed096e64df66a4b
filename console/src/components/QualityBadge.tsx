// How good the connection is.

import { grade } from "../core/quality";
import type { LiveHandle } from "../hooks/use-live";
import { useText } from "../hooks/use-text";

export function QualityBadge({ live }: { live: LiveHandle }) {
  const { t } = useText();
  const { rttMs, perSecond } = live.quality;
  const lost = live.link.phase !== "open";
  const word = lost ? "lost" : grade(rttMs);
  const figures = t("quality.figures", { rtt: rttMs ?? "–", rate: perSecond });
  return (
    <span className="quality" data-grade={word} title={lost ? t("quality.lost") : figures}>
      <span className="bars" aria-hidden="true"><i /><i /><i /></span>
      <span className="unseen">{lost ? t("quality.lost") : `${t(`quality.${word === "lost" ? "poor" : word}`)}, ${figures}`}</span>
      {!lost && <span className="figures wide-only" aria-hidden="true">{t("quality.rtt", { rtt: rttMs ?? "–" })}</span>}
    </span>
  );
}
