// One live stream for as long as the component is there.

import { useEffect, useState, useSyncExternalStore } from "react";
import type { Codec } from "../gen/cobrowse/v1/stream_pb";
import { useBackend } from "./backend-context";
import { LiveController, type LiveView } from "./live-controller";

export interface LiveHandle extends LiveView {
  controller: LiveController;
}

/** Undefined until the session has an id and `wanted` is true. */
export function useLive(sessionId: string | undefined, wanted: boolean, endUser: boolean, codecs: Codec[]): LiveHandle | undefined {
  const backend = useBackend();
  const [controller, setController] = useState<LiveController>();
  const order = codecs.join();
  useEffect(() => {
    if (!sessionId || !wanted) return;
    const made = new LiveController({ backend, sessionId, endUser, codecs: order.split(",").map(Number) });
    made.start();
    setController(made);
    return () => {
      setController(undefined);
      made.stop();
    };
  }, [backend, sessionId, wanted, endUser, order]);
  const view = useSyncExternalStore(controller?.subscribe ?? never, () => controller?.view());
  return controller && view ? { ...view, controller } : undefined;
}

function never(): () => void {
  return () => undefined;
}
