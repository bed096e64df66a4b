// A tab as the pod sees it: every frame of it attached before it runs, the binding in the extension's world, what is reported.

const WORLD = "cobrowse-masking";
const BINDING = "cobrowseReport";
const LIMIT_MS = 30_000;

/** Opens a tab of its own. */
export async function openTab(chrome) {
  const tab = new Tab(chrome);
  await tab.open();
  return tab;
}

class Tab {
  /** Worlds of the extension by frame id: { session, context, url }. */
  worlds = new Map();
  /** Main worlds by frame id. */
  mains = new Map();
  /** All reports: { frame, ...payload }. */
  reports = [];
  dialogs = [];
  #chrome;
  #sessions = new Set();
  #waiting = new Set();
  #frames = new Map();
  #loader = null;
  #frame = null;
  #loaded = null;

  constructor(chrome) {
    this.#chrome = chrome;
  }

  async open() {
    const chrome = this.#chrome;
    this.#listener = (...event) => this.#heard(...event);
    chrome.listeners.add(this.#listener);
    const { targetId } = await chrome.call("Target.createTarget", { url: "about:blank" });
    this.target = targetId;
    const { sessionId } = await chrome.call("Target.attachToTarget", { targetId, flatten: true });
    this.session = sessionId;
    this.#sessions.add(sessionId);
    await this.#prepare(sessionId);
    await this.call("Emulation.setDeviceMetricsOverride", { width: 900, height: 700, deviceScaleFactor: 1, mobile: false });
    await this.call("Emulation.setFocusEmulationEnabled", { enabled: true });
  }

  #listener;

  async #prepare(session) {
    const call = (method, params) => this.#chrome.call(method, params, session);
    await Promise.all([
      call("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
      call("Runtime.enable"),
      call("Page.enable"),
      call("Runtime.addBinding", { name: BINDING, executionContextName: WORLD }),
      call("Runtime.runIfWaitingForDebugger"),
    ]).catch((error) => this.broken ?? (this.broken = error));
  }

  #heard(method, params, session) {
    if (!this.#sessions.has(session)) return;
    if (method === "Target.attachedToTarget" && params.targetInfo.type === "iframe") {
      this.#sessions.add(params.sessionId);
      void this.#prepare(params.sessionId);
    }
    if (method === "Runtime.executionContextCreated") {
      const { id, name, auxData } = params.context;
      const world = { session, context: id, frame: auxData.frameId };
      if (name === WORLD) this.worlds.set(auxData.frameId, world);
      if (auxData.isDefault) this.mains.set(auxData.frameId, world);
    }
    if (method === "Page.frameNavigated" && session === this.session && !params.frame.parentId) this.#loader = params.frame.loaderId;
    if (method === "Page.loadEventFired" && session === this.session) this.#loaded = this.#loader;
    if (method === "Page.frameAttached") this.#frames.set(params.frameId, params.parentFrameId);
    if (method === "Runtime.bindingCalled" && params.name === BINDING) this.#reported(params, session);
    if (method === "Page.javascriptDialogOpening") this.dialogs.push(params.message);
    if (method === "Page.screencastFrame") this.#frame?.(params.data);
    if (method === "Page.screencastFrame") void this.#chrome.call("Page.screencastFrameAck", { sessionId: params.sessionId }, session).catch(() => {});
    for (const waiting of [...this.#waiting]) waiting(method, params, session);
  }

  #reported(params, session) {
    for (const [frame, world] of this.worlds) {
      if (world.session === session && world.context === params.executionContextId) {
        this.reports.push({ ...JSON.parse(params.payload), frame, payload: params.payload });
        return;
      }
    }
    this.reports.push({ frame: null, payload: params.payload });
  }

  call(method, params = {}) {
    return this.#chrome.call(method, params, this.session);
  }

  /** Waits until `holds()` is truthy, asking again after every event of the tab and every 50 ms; fails after a limit. */
  until(what, holds) {
    return new Promise((resolve, reject) => {
      let busy = false;
      const end = (action) => {
        clearTimeout(limit);
        clearInterval(tick);
        this.#waiting.delete(check);
        action();
      };
      const check = async () => {
        if (busy) return;
        busy = true;
        try {
          const value = await holds();
          if (value) end(() => resolve(value));
        } catch (error) {
          end(() => reject(error));
        }
        busy = false;
      };
      const limit = setTimeout(() => end(() => reject(new Error(`never: ${what}`))), LIMIT_MS);
      const tick = setInterval(check, 50);
      this.#waiting.add(check);
      void check();
    });
  }

  event(name, accepts = () => true) {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`never came: ${name}`)), LIMIT_MS);
      const waiting = (method, params, session) => {
        if (method !== name || !accepts(params, session)) return;
        clearTimeout(limit);
        this.#waiting.delete(waiting);
        resolve(params);
      };
      this.#waiting.add(waiting);
    });
  }

  /** Goes to an address and waits for its load event; `begun` is called when its document is there. */
  async go(url, begun = () => {}) {
    const { loaderId } = await this.call("Page.navigate", { url });
    await this.until(`${url} begun`, () => this.#loader === loaderId && this.worlds.has(this.target));
    begun();
    await this.until(`${url} loaded`, () => this.#loaded === loaderId);
  }

  /** Evaluates in the page's own world, or in that of a frame. */
  async page(expression, frame = this.target) {
    return this.#evaluate(this.mains.get(frame), expression);
  }

  /** Evaluates in the extension's world of the top frame, or of another. */
  async inside(expression, frame = this.target) {
    const world = await this.until("the extension's world", () => this.worlds.get(frame));
    return this.#evaluate(world, expression);
  }

  async #evaluate({ session, context }, expression) {
    const { result, exceptionDetails } = await this.#chrome.call(
      "Runtime.evaluate",
      { expression, contextId: context, awaitPromise: true, returnByValue: true, userGesture: true },
      session,
    );
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Calls back with every frame of a screencast, until the function that this returns is called. */
  onFrame(callback) {
    this.#frame = callback;
    return () => (this.#frame = null);
  }

  /** Waits until every document of the tab is shown. */
  uncovered() {
    return this.until("every document shown", async () => {
      if (!this.worlds.has(this.target)) return false;
      for (const [frame, { session, context }] of [...this.worlds]) {
        try {
          if (!(await this.#evaluate({ session, context }, "veil.lifted()"))) return false;
        } catch {
          // A document that went in between; its successor is looked at the next time.
          if (this.worlds.get(frame)?.context === context) this.worlds.delete(frame);
          return false;
        }
      }
      return true;
    });
  }

  /** A picture of the viewport when all of it is shown, PNG in base64. */
  async picture() {
    await this.uncovered();
    return (await this.call("Page.captureScreenshot", { format: "png" })).data;
  }

  /** Tells a parent frame the name of a frame in it, as the pod does. */
  async name(child) {
    const parent = this.worlds.get(this.parent(child));
    const { backendNodeId } = await this.#chrome.call("DOM.getFrameOwner", { frameId: child }, parent.session);
    const { object } = await this.#chrome.call("DOM.resolveNode", { backendNodeId, executionContextId: parent.context }, parent.session);
    await this.#chrome.call(
      "Runtime.callFunctionOn",
      { objectId: object.objectId, functionDeclaration: "function (name) { cobrowse.frame(this, name) }", arguments: [{ value: child }] },
      parent.session,
    );
  }

  parent(frame) {
    return this.#frames.get(frame);
  }

  /** The newest list of protected fields of a frame. */
  fields(frame = this.target) {
    return this.reports.findLast((one) => one.frame === frame && one.kind === "fields");
  }

  /** The newest word about the focus. */
  focus(frame = this.target) {
    return this.reports.findLast((one) => one.frame === frame && one.kind === "focus");
  }

  faults() {
    return this.reports.filter((one) => one.kind === "fault").map((one) => one.text);
  }

  async key(text) {
    for (const letter of text) await this.call("Input.insertText", { text: letter });
  }

  async close() {
    this.#chrome.listeners.delete(this.#listener);
    await this.#chrome.call("Target.closeTarget", { targetId: this.target });
  }
}
