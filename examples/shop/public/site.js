// Every page: the help button carries the address of the page in the fragment, which no server sees.

const origin = document.body.dataset.console;

for (const link of document.querySelectorAll(".help")) {
  link.addEventListener("click", () => {
    link.href = `${origin}/start#url=${encodeURIComponent(location.href)}`;
  });
}

/** Tells the site's own state where the visitor is, so that a test need not guess. By its time, as reports may overtake each other. */
const whereabouts = () => {
  const told = performance.timeOrigin + performance.now();
  const at = { told, path: location.pathname + location.search, scrollY: Math.round(scrollY), focus: document.activeElement?.id ?? "" };
  navigator.sendBeacon("/api/where", new Blob([JSON.stringify(at)], { type: "application/json" }));
};
for (const kind of ["load", "scrollend", "focusin", "pageshow"]) addEventListener(kind, whereabouts);

const on = (id, kind, action) => document.getElementById(id)?.addEventListener(kind, action);

on("show-password", "click", (event) => {
  const field = document.getElementById("password");
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  event.currentTarget.textContent = hidden ? "Hide" : "Show";
});

on("size-guide", "click", () => window.open("/size-guide", "guide", "width=520,height=420"));
on("close-popup", "click", () => window.close());
