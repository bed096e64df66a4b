// A page that waits for its first answer.

import { Shell } from "../components/Shell";

export function LoadingPage({ title }: { title: string }) {
  return (
    <Shell title={title}>
      <div className="loading" role="status"><span className="spinner" aria-hidden="true" /> <p>{title}</p></div>
    </Shell>
  );
}
