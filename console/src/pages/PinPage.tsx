// The PIN, and waiting for somebody to enter it.

import { useEffect, useState, type ReactNode } from "react";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { PinDisplay } from "../components/PinDisplay";
import { Icon } from "../components/Icon";
import { Shell } from "../components/Shell";
import { problemOf, type Problem } from "../core/problem";
import { hostOf } from "../core/route";
import { Phase, type Session } from "../gen/cobrowse/v1/session_pb";
import { useBackend } from "../hooks/backend-context";
import { failureOf } from "../transport/failure";
import { useText } from "../hooks/use-text";
import type { KeptStart } from "../transport/kept";

export interface WaitingProps {
  session: Session;
  start: KeptStart;
  exit: ReactNode;
  covered: boolean;
  /** False while the way to the server is broken. */
  linked: boolean;
  onChange(start: KeptStart): void;
}

export function PinPage({ session, start, exit, covered, linked, onChange }: WaitingProps) {
  const { t } = useText();
  const { sessions } = useBackend();
  const [renewing, setRenewing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const company = session.company || start.company;
  const knocking = session.phase === Phase.KNOCKING;
  const expiresAtMs = Math.max(session.pinExpiresAt ? timestampMs(session.pinExpiresAt) : 0, start.pinExpiresAtMs);
  useEffect(() => {
    if (knocking && !start.pinSpent) onChange({ ...start, pinSpent: true });
  }, [knocking, start, onChange]);
  const renew = async () => {
    setRenewing(true);
    setProblem(undefined);
    try {
      const { pin, pinExpiresAt } = await sessions.renewPin({ sessionId: session.id });
      onChange({ ...start, pin, pinExpiresAtMs: pinExpiresAt ? timestampMs(pinExpiresAt) : 0, pinSpent: false });
    } catch (error) {
      setProblem(problemOf(failureOf(error)));
    } finally {
      setRenewing(false);
    }
  };
  return (
    <Shell title={t("pin.title")} actions={exit} covered={covered}>
      <div className="card pin-card">
        <p className="site-chip"><Icon name="lock" size={16} /> {hostOf(start.origin)}</p>
        <h1>{t("pin.title")}</h1>
        <p className="lead">{t("pin.lead", { company })}</p>
        <PinDisplay pin={start.pin} expiresAtMs={expiresAtMs} spent={start.pinSpent && !knocking} renewing={renewing} onRenew={() => void renew()} />
        <div role="alert">{problem && <p className="inline-problem">{t(`problem.${problem.kind}`)}. {t(`problem.${problem.kind}.text`)}</p>}</div>
        <p className="waiting" data-testid="waiting" role="status">
          <span className="pulse" aria-hidden="true" /> {!linked ? t("pin.offline") : knocking ? t("allow.waiting") : t("pin.waiting", { company })}
        </p>
        <p className="quiet-text">{t("pin.safe")}</p>
      </div>
    </Shell>
  );
}
