// The accounts of an administrator's company, by address, a part at a time, and the one that was added last with its first password.

import { useCallback, useEffect, useState } from "react";
import { problemOf, type Problem } from "../core/problem";
import type { Account, AccountRole } from "../gen/cobrowse/v1/account_pb";
import { useBackend } from "./backend-context";
import { useAttempt } from "./use-attempt";

const PART = 50;

export interface Added {
  account: Account;
  /** A secret that is shown this once. */
  password: string;
}

export interface Accounts {
  /** Undefined until the first part is there. */
  accounts: Account[] | undefined;
  /** Why there is no part, or no further one. */
  unread: Problem | undefined;
  /** Undefined when all are there. */
  more: (() => void) | undefined;
  busy: boolean;
  problem: Problem | undefined;
  add(person: { name: string; email: string; role: AccountRole }): Promise<Added | undefined>;
}

export function useAccounts(): Accounts {
  const backend = useBackend();
  const [accounts, setAccounts] = useState<Account[]>();
  const [next, setNext] = useState("");
  const reading = useAttempt(problemOf);
  const adding = useAttempt(problemOf);
  const { attempt: read } = reading;
  const part = useCallback(async (pageToken: string) => {
    const answer = await read(() => backend.accounts.listAccounts({ pageSize: PART, pageToken }));
    if (!answer) return;
    setAccounts((old) => (pageToken ? [...(old ?? []), ...answer.accounts] : answer.accounts));
    setNext(answer.nextPageToken);
  }, [read, backend]);
  useEffect(() => void part(""), [part]);
  const add: Accounts["add"] = async (person) => {
    const answer = await adding.attempt(() => backend.accounts.createAccount(person));
    if (!answer?.account) return undefined;
    void part("");
    return { account: answer.account, password: answer.password };
  };
  return { accounts, unread: reading.problem, more: next ? () => void part(next) : undefined, busy: adding.busy, problem: adding.problem, add };
}
