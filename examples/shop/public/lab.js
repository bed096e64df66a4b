// The workshop's pages: dialogs, windows, keys, and a field in a shadow tree.

const note = (act) => fetch("/api/act", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(act) });
const answer = (text) => {
  const place = document.getElementById("answer");
  if (place) place.textContent = String(text);
};

const dialogs = {
  alert: () => window.alert("The hut is full tonight.") ?? "closed",
  confirm: () => window.confirm("Do you want to walk on?"),
  prompt: () => window.prompt("Which hut next?", "Tarn hut"),
  leave: () => {
    window.addEventListener("beforeunload", (event) => event.preventDefault());
    return "this page asks before it is left";
  },
};

for (const button of document.querySelectorAll("[data-dialog]")) {
  button.addEventListener("click", () => {
    const said = dialogs[button.dataset.dialog]();
    answer(said);
    note({ act: "dialog", kind: button.dataset.dialog, answer: said });
  });
}

document.getElementById("open-popup")?.addEventListener("click", () => window.open("/size-guide", "popup", "width=520,height=420"));
const leave = { script: (to) => location.assign(to), popup: (to) => window.open(to, "elsewhere", "width=520,height=420") };
for (const button of document.querySelectorAll("[data-elsewhere]")) {
  button.addEventListener("click", () => leave[button.dataset.elsewhere](document.getElementById("leave").href));
}
document.getElementById("passkey")?.addEventListener("click", async () => {
  const publicKey = { challenge: new Uint8Array(32), rpId: location.hostname, timeout: 5000 };
  const said = await navigator.credentials.get({ publicKey }).then(() => "signed in", (error) => `${error.name}: ${error.message}`);
  answer(said);
  note({ act: "passkey", answer: said });
});

document.getElementById("own-menu")?.addEventListener("contextmenu", (event) => {
  event.preventDefault();
  answer("the page's own menu");
  note({ act: "own-menu" });
});

// For measuring: wherever somebody presses, the field gets what is typed.
if (location.hash === "#focus") addEventListener("pointerup", () => setTimeout(() => document.getElementById("keys")?.focus()));

const last = document.getElementById("last");
const pad = document.getElementById("pad");
document.getElementById("keys")?.addEventListener("input", (event) => note({ act: "typed", text: event.target.value }));
document.getElementById("keys")?.addEventListener("keydown", (event) => (last.textContent = `${event.key} ${event.code}`));
for (const kind of ["click", "contextmenu", "dblclick", "wheel", "touchstart", "touchend"]) {
  pad?.addEventListener(kind, (event) => {
    const at = event.changedTouches?.[0] ?? event;
    const said = { act: "pad", kind, x: Math.round(at.clientX), y: Math.round(at.clientY), dy: Math.round(event.deltaY ?? 0), button: event.button ?? -1 };
    last.textContent = `${kind} ${said.x},${said.y}`;
    note(said);
  }, { passive: true });
}

customElements.define("shadow-card", class extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: "closed" });
    root.innerHTML = '<label style="display:grid;gap:4px;font:inherit">Card number <input id="shadow-card" autocomplete="cc-number" style="font:inherit;padding:8px"></label>';
  }
});
