// Entry: reads the address once, picks the backend, shows the page.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { administrationFromFragment, invitationFromFragment } from "./core/invitation";
import { parseRoute, siteFromFragment } from "./core/route";
import type { Backend } from "./transport/backend";
import { realBackend } from "./transport/real-backend";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/pages.css";
import "./styles/intro.css";
import "./styles/dialogs.css";
import "./styles/live.css";
import "./styles/stage.css";
import "./styles/panels.css";

const route = parseRoute(location.pathname);
const site = route === "start" ? siteFromFragment(location.hash) : undefined;
const invitation = route === "agent" ? invitationFromFragment(location.hash) : route === "setup" ? administrationFromFragment(location.hash) : undefined;
// The site's address is the person's own business and an invitation is a secret: they leave the address bar and the history at once.
if (location.hash) history.replaceState(null, "", location.pathname + location.search);

// Another link put into the address bar of this tab changes its fragment alone: it is taken as any other link is.
window.addEventListener("hashchange", () => location.hash && location.reload());

async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).has("fake")) {
    const { fakeBackend } = await import("./transport/fake/fake-backend");
    return fakeBackend(route === "agent" ? "agent" : "end-user");
  }
  return realBackend();
}

const root = document.getElementById("root");
if (root) {
  void chooseBackend().then((backend) => {
    createRoot(root).render(
      <StrictMode>
        <App route={route} site={site} invitation={invitation} backend={backend} />
      </StrictMode>,
    );
  });
}
