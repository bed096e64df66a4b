// The console of a company's people: signed in or not, with a session or not, or an administrator, who has none. It only decides which
// part is shown.

import { useCallback, useEffect, useState } from "react";
import { ProblemPage } from "../components/ProblemPage";
import { problemOf, type Problem } from "../core/problem";
import { AccountRole, type Account } from "../gen/cobrowse/v1/account_pb";
import { useBackend } from "../hooks/backend-context";
import { useCapability } from "../hooks/use-capability";
import { useText } from "../hooks/use-text";
import { failureOf } from "../transport/failure";
import { forget, keep, kept } from "../transport/kept";
import { AccountsPage } from "./AccountsPage";
import { AgentSession } from "./AgentSession";
import { JoinPage } from "./JoinPage";
import { LoadingPage } from "./LoadingPage";
import { SignInPage } from "./SignInPage";
import { UnsupportedPage } from "./UnsupportedPage";

type Known = { account: Account } | "nobody" | "asking" | Problem;

export function AgentPage({ invitation }: { invitation: string | undefined }) {
  const { t } = useText();
  const { accounts } = useBackend();
  const capability = useCapability();
  const [known, setKnown] = useState<Known>("asking");
  const [sessionId, setSessionId] = useState<string | undefined>(() => {
    // Whoever arrives with an invitation wants that session; a reload has none and goes on where it was.
    if (invitation) forget("agent");
    return kept("agent")?.sessionId;
  });
  const [invited, setInvited] = useState(invitation);
  const ask = useCallback(() => {
    setKnown("asking");
    accounts.getAccount({}).then(
      ({ account }) => setKnown(account ? { account } : "nobody"),
      (error: unknown) => {
        const problem = problemOf(failureOf(error));
        setKnown(problem.kind === "signedOut" ? "nobody" : problem);
      },
    );
  }, [accounts]);
  useEffect(ask, [ask]);
  const join = useCallback((id: string) => {
    keep("agent", { sessionId: id });
    setInvited(undefined);
    setSessionId(id);
  }, []);
  const leave = useCallback(() => {
    forget("agent");
    setSessionId(undefined);
  }, []);
  const signOut = useCallback(() => {
    leave();
    void accounts.signOut({}).catch(() => undefined).then(() => setKnown("nobody"));
  }, [accounts, leave]);

  if (!capability || known === "asking") return <LoadingPage title={t("start.loading")} />;
  if (!capability.ok) return <UnsupportedPage missing={capability.missing} />;
  if (known === "nobody") return <SignInPage invited={invited !== undefined} onSignedIn={(account) => setKnown({ account })} />;
  if ("kind" in known) return <ProblemPage problem={known} actions={<button type="button" className="button main" onClick={ask}>{t("common.retry")}</button>} />;
  const { account } = known;
  if (account.role === AccountRole.ADMINISTRATOR) return <AccountsPage account={account} onSignOut={signOut} onSignedOut={() => setKnown("nobody")} />;
  if (!sessionId) return <JoinPage account={account} invitation={invited} onJoined={join} onSignOut={signOut} onSignedOut={() => setKnown("nobody")} />;
  return <AgentSession key={sessionId} sessionId={sessionId} account={account} codecs={capability.codecs} onLeave={leave} onSignedOut={() => setKnown("nobody")} />;
}
