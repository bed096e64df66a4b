// The session is over: why, what is left of it, and where to go.

import { useEffect, useState } from "react";
import { MessagePage } from "../components/MessagePage";
import { isKey } from "../core/catalogue";
import { endWord } from "../core/problem";
import { hostOf, webAddress } from "../core/route";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import { useCountdown } from "../hooks/use-countdown";
import { useText } from "../hooks/use-text";
import { forget } from "../transport/kept";

const RETURN_MS = 10_000;

interface Props {
  session: Session;
  company: string;
  endUser: boolean;
  onAgain(): void;
}

export function EndPage({ session, company, endUser, onAgain }: Props) {
  const { t } = useText();
  const address = endUser ? webAddress(session.returnUrl) : undefined;
  const [staying, setStaying] = useState(false);
  const going = address !== undefined && !staying;
  const seconds = useCountdown(going ? RETURN_MS : undefined);
  useEffect(() => forget(endUser ? "start" : "agent"), [endUser]);
  useEffect(() => {
    if (going && seconds === 0) location.assign(address);
  }, [going, seconds, address]);

  const word = endWord(session.endReason);
  const forAgent = `end.${word}.agent`;
  const why = !endUser && isKey(forAgent) ? forAgent : `end.${word}`;
  const site = address ? hostOf(address) : "";
  return (
    <MessagePage
      title={t("end.title")}
      icon="check"
      actions={
        <>
          {going && <button type="button" className="button" data-testid="stay" onClick={() => setStaying(true)}>{t("end.stay")}</button>}
          {!going && <button type="button" className={address ? "button" : "button main"} onClick={onAgain}>{t(endUser ? "end.again" : "agent.another")}</button>}
          {address && <a className="button main" data-testid="return" href={address}>{t("end.return", { site })}</a>}
        </>
      }
    >
      <p data-testid="end-reason">{isKey(why) ? t(why, { company }) : t("end.UNSPECIFIED")}</p>
      <p className="quiet-text">{t("end.wiped")}</p>
      {going && seconds !== undefined && <p className="figures" aria-hidden="true">{t("end.returning", { site, seconds })}</p>}
    </MessagePage>
  );
}
