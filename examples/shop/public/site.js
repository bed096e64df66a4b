// Every page: the help button carries the address of the page in the fragment, which no server sees.

const origin = document.body.dataset.console;

for (const link of document.querySelectorAll(".help")) {
  link.addEventListener("click", () => {
    link.href = `${origin}/start#url=${encodeURIComponent(location.href)}`;
  });
}

const on = (id, kind, action) => document.getElementById(id)?.addEventListener(kind, action);

on("show-password", "click", (event) => {
  const field = document.getElementById("password");
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  event.currentTarget.textContent = hidden ? "Hide" : "Show";
});

on("size-guide", "click", () => window.open("/size-guide", "guide", "width=520,height=420"));
on("close-popup", "click", () => window.close());
