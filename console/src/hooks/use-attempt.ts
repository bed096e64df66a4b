// A call that a person asks for: it is busy meanwhile, and afterwards it is known what went wrong.

import { useCallback, useState } from "react";
import type { Failure, Problem } from "../core/problem";
import { failureOf } from "../transport/failure";

export interface Attempt {
  busy: boolean;
  problem: Problem | undefined;
  /** Undefined when it failed. */
  attempt<T>(call: () => Promise<T>): Promise<T | undefined>;
}

/** `problemOf` is a function of `core/problem`, the same at each render. */
export function useAttempt(problemOf: (failure: Failure) => Problem): Attempt {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const attempt = useCallback(async <T>(call: () => Promise<T>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      return await call();
    } catch (error) {
      setProblem(problemOf(failureOf(error)));
      return undefined;
    } finally {
      setBusy(false);
    }
  }, [problemOf]);
  return { busy, problem, attempt };
}
