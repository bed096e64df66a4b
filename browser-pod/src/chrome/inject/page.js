// Runs in every document before the page's own scripts. Takes its tools away first, so that the page cannot get them. In a popup it
// runs twice in the same global: an empty document's is that of the next one of its site, which needs the tools once more.
(() => {
  "use strict";
  const tell = globalThis.__cobrowseTell;
  const comes = globalThis === globalThis.top && document.URL === "about:blank";
  if (!comes) delete globalThis.__cobrowseTell;
  const call = Function.prototype.call;
  const bound = (method) => call.bind(method);
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { reject, resolve } = { reject: Promise.reject.bind(Promise), resolve: Promise.resolve.bind(Promise) };
  const Refusal = DOMException;

  // Looks like the function it replaces, and cannot be put back.
  const replace = (owner, name, make) => {
    const before = owner?.[name];
    if (typeof before !== "function" || getOwnPropertyDescriptor(owner, name)?.configurable === false) return;
    const after = make(before);
    defineProperty(after, "name", { value: name });
    defineProperty(owner, name, { value: after, writable: false, configurable: false, enumerable: true });
  };

  const refuse = () => {
    tell?.("credentials");
    return reject(
      new Refusal("Passkeys and stored passwords do not work in a shared browser. Choose another way to sign in.", "NotAllowedError"),
    );
  };
  const container = globalThis.CredentialsContainer?.prototype;
  replace(container, "create", () => ({ create() { return refuse(); } }).create);
  // A page may look for a credential silently; that is no act of a person and finds nothing.
  replace(container, "get", () => ({
    get(options) {
      const quiet = options?.mediation === "conditional" || options?.mediation === "silent";
      return quiet ? resolve(null) : refuse();
    },
  }).get);
  replace(container, "store", () => ({ store() { return resolve(); } }).store);
  const no = (name) =>
    replace(globalThis.PublicKeyCredential, name, () => ({ [name]() { return resolve(false); } })[name]);
  no("isUserVerifyingPlatformAuthenticatorAvailable");
  no("isConditionalMediationAvailable");

  // The list of a masked field does not open by script either.
  const masked = bound(Element.prototype.hasAttribute);
  replace(globalThis.HTMLSelectElement?.prototype, "showPicker", (before) => {
    const show = bound(before);
    return { showPicker() {
      if (masked(this, "cobrowse-mask")) throw new Refusal("This list does not open in a shared browser.", "NotAllowedError");
      return show(this);
    } }.showPicker;
  });

  // Nobody else could move a pointer that a page keeps.
  const Plain = Event;
  const dispatch = bound(EventTarget.prototype.dispatchEvent);
  const ownerOf = bound(Object.getOwnPropertyDescriptor(Node.prototype, "ownerDocument").get);
  replace(globalThis.Element?.prototype, "requestPointerLock", () => ({
    requestPointerLock() {
      dispatch(ownerOf(this), new Plain("pointerlockerror", { bubbles: true }));
      const refusal = reject(new Refusal("The pointer of a shared browser cannot be locked.", "NotSupportedError"));
      // A page that does not wait for the answer hears of it by the event.
      refusal.catch(() => {});
      return refusal;
    },
  }).requestPointerLock);

  // Escape would not leave a full screen any more, but for who holds it down; and no key that Chrome keeps is for a page. This is what
  // Chrome itself says where it does not lock.
  replace(globalThis.Keyboard?.prototype, "lock", () => ({
    lock() {
      return reject(new Refusal("lock() request could not be registered.", "InvalidStateError"));
    },
  }).lock);

  // What a service worker answers comes by no request, so that nobody could look at it before it is seen. A profile that lives for one
  // session has nothing of it; pages do without where there is none.
  replace(globalThis.ServiceWorkerContainer?.prototype, "register", () => ({
    register() {
      return reject(new Refusal("There are no service workers in a shared browser.", "SecurityError"));
    },
  }).register);
  delete Navigator.prototype.serviceWorker;

  // A window that always lies on top could not be left.
  replace(globalThis.HTMLVideoElement?.prototype, "requestPictureInPicture", () => ({
    requestPictureInPicture() {
      return reject(new Refusal("There is no picture in picture in a shared browser.", "NotSupportedError"));
    },
  }).requestPictureInPicture);

  // A link to a program of the person's own machine leads nowhere here. Chrome would ask for it in a window of its own.
  const inside = /^(https?|blob|data|javascript|about|file|chrome|view-source)?:/i;
  const protocolOf = bound(Object.getOwnPropertyDescriptor(HTMLAnchorElement.prototype, "protocol").get);
  const pathOf = bound(Event.prototype.composedPath);
  const targetOf = bound(Object.getOwnPropertyDescriptor(HTMLAnchorElement.prototype, "target").get);
  const isTrusted = (event) => event.isTrusted;
  const refuseDefault = bound(Event.prototype.preventDefault);
  const Anchor = HTMLAnchorElement;
  const isAnchor = bound(Function.prototype[Symbol.hasInstance]);
  const tested = bound(RegExp.prototype.test);
  globalThis.addEventListener("click", (event) => {
    const path = pathOf(event);
    for (let at = 0; at < path.length; at++) {
      if (!isAnchor(Anchor, path[at])) continue;
      const pressed = isTrusted(event) || targetOf(path[at]) === "";
      if (!tested(inside, protocolOf(path[at])) || (!pressed && !mayOpen())) refuseDefault(event);
      return;
    }
  }, { capture: true });

  // Chrome does not tell of a title that a script changes.
  if (globalThis === globalThis.top) {
    const observe = bound(MutationObserver.prototype.observe);
    const text = new MutationObserver(() => tell?.("title"));
    const watch = () => {
      if (!document.head) return;
      observe(text, document.head, { childList: true });
      const title = document.querySelector("title");
      if (title) observe(text, title, { childList: true, characterData: true, subtree: true });
      tell?.("title");
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch, { once: true });
    else if (tell) watch();
  }

  // A page opens so many windows in so many milliseconds, and further ones are none. Each costs Chrome much, also one that is refused.
  const WINDOWS = 20;
  const TIME = 10_000;
  const now = performance.now.bind(performance);
  let opened = [];
  const mayOpen = () => {
    const at = now();
    let left = [];
    for (let i = 0; i < opened.length; i++) if (at - opened[i] < TIME) left[left.length] = opened[i];
    opened = left;
    if (opened.length >= WINDOWS) return false;
    opened[opened.length] = at;
    return true;
  };

  // A window with a size of its own could not be brought to the front again; as a tab it can.
  replace(globalThis, "open", (before) => {
    const open = bound(before);
    return function (url, target, features) {
      if (!mayOpen()) return null;
      const kept = `${features ?? ""}`.split(",").filter((one) => /^\s*(noopener|noreferrer)\b/i.test(one)).join(",");
      const self = this ?? globalThis;
      if (arguments.length === 0) return open(self);
      return kept === "" ? open(self, url, target) : open(self, url, target, kept);
    };
  });
})();
