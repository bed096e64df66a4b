// Tells that a limit of the session is near, and counts down. Its words can be put away, since they lie over the page; for the last
// minute they are there again.

import { useEffect, useRef, useState } from "react";
import { isKey } from "../core/catalogue";
import { clock, countdownSays, secondsLeft } from "../core/countdown";
import type { LiveHandle } from "../hooks/use-live";
import { useNow } from "../hooks/use-now";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";
import { PutAway } from "./PutAway";

const LAST_SECONDS = 60;

export function LimitNotice({ live, endUser }: { live: LiveHandle; endUser: boolean }) {
  const { t } = useText();
  const { warning } = live.live;
  const [away, setAway] = useState("");
  useNow(1000, warning !== undefined);
  const key = `warning.${warning?.code ?? ""}`;
  // Of a Stop of one's own the choice itself tells.
  const told = warning && isKey(key) && !(endUser && warning.code === "StopUnanswered");
  const seconds = told ? secondsLeft(warning.untilMs, performance.now()) : undefined;
  const text = told && seconds !== undefined ? t(key, { time: clock(seconds) }) : "";
  const said = useSaid(text, seconds);
  const stretch = `${key} ${seconds !== undefined && seconds <= LAST_SECONDS}`;
  return (
    <>
      <p className="unseen" role="status">{said}</p>
      {text && away !== stretch && (
        <div className="notice" data-testid="limit">
          <Icon name="warning" />
          <span className="figures" aria-hidden="true">{text}</span>
          {endUser && warning?.code === "MaxDuration" && (
            <button type="button" className="button small" onClick={() => void live.controller.command({ case: "extend", value: {} })}>{t("warning.extend")}</button>
          )}
          <PutAway onClose={() => setAway(stretch)} />
        </div>
      )}
    </>
  );
}

/** The text as it was when it was last worth saying. */
function useSaid(text: string, seconds: number | undefined): string {
  const before = useRef<number>(undefined);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (seconds === undefined) setSaid("");
    else if (countdownSays(before.current, seconds)) setSaid(text);
    before.current = seconds;
  }, [text, seconds]);
  return said;
}
