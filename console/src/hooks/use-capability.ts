// What this browser can do, asked once.

import { useEffect, useState } from "react";
import { judge, type Capability } from "../core/capability";
import { probeBrowser } from "../render/probe";

export type Judged = Capability & { h264: boolean };

export function useCapability(): Judged | undefined {
  const [judged, setJudged] = useState<Judged>();
  useEffect(() => {
    let here = true;
    void probeBrowser().then((probe) => here && setJudged({ ...judge(probe), h264: probe.h264 }));
    return () => {
      here = false;
    };
  }, []);
  return judged;
}
