// This browser cannot show the shared page: what to do, before any PIN was made.

import { ProblemPage } from "../components/ProblemPage";
import { useCopy } from "../hooks/use-copy";
import { useText } from "../hooks/use-text";

/** `fragment` is what the address brought, for the other browser. */
export function UnsupportedPage({ missing, fragment }: { missing: string[]; fragment?: string }) {
  const { t } = useText();
  const { copied, copy } = useCopy(location.origin + location.pathname + (fragment ? `#${fragment}` : ""));
  return (
    <ProblemPage
      problem={{ kind: "browserUnsupported" }} missing={missing.join(", ")}
      actions={
        <>
          <button type="button" className="button main" onClick={copy}>{t(copied ? "problem.browserUnsupported.copied" : "problem.browserUnsupported.copy")}</button>
          <p className="unseen" role="status">{copied ? t("problem.browserUnsupported.copied") : ""}</p>
        </>
      }
    />
  );
}
