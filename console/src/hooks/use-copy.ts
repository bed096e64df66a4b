// Copies a text to the person's own clipboard, and says for a while that it did.

import { useCallback, useEffect, useState } from "react";

export interface Copying {
  copied: boolean;
  copy(): void;
}

export function useCopy(text: string): Copying {
  const [copied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [text]);
  const copy = useCallback(() => {
    navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  }, [text]);
  return { copied, copy };
}
