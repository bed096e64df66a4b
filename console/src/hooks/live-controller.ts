// Joins one viewer's stream with the picture worker, input and the live state. No framework; useLive subscribes to it.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { fade, isFading } from "../core/guidance";
import { InputQueue, type Act } from "../core/input-queue";
import { KEEPALIVE_DEFAULT_MS, SILENT_KEEPALIVES, type Link } from "../core/link";
import { applyBlank, applyDrawn, applyEvent, dismissNotice, newLive, type LiveState } from "../core/live";
import { Quality } from "../core/quality";
import type { Size } from "../core/viewport";
import { CommandSchema, type CommandResult } from "../gen/cobrowse/v1/control_pb";
import { Codec, GuidanceSchema, type Event, type ServerMessage } from "../gen/cobrowse/v1/stream_pb";
import { Surface } from "../render/surface";
import { Commands } from "./commands";
import { download, upload, type Sent } from "./files";
import { LiveStream, type StreamOptions } from "./live-stream";

export interface LiveView {
  link: Link;
  live: LiveState;
  quality: { rttMs: number | undefined; perSecond: number };
  /** Size of the picture on the canvas in device pixels; undefined while there is none. */
  shown: Size | undefined;
}

const PUBLISH_MAX_MS = 40;

export type CommandBody = NonNullable<MessageInitShape<typeof CommandSchema>["body"]>;
export type GuidanceBody = NonNullable<MessageInitShape<typeof GuidanceSchema>["body"]>;

export class LiveController {
  readonly surface: Surface;
  readonly #options: StreamOptions;
  readonly #stream: LiveStream;
  readonly #quality = new Quality();
  readonly #commands = new Commands((value) => this.#stream.send({ case: "command", value }));
  readonly #queue = new InputQueue((value) => this.#stream.send({ case: "input", value }));
  readonly #listeners = new Set<() => void>();
  #live = newLive();
  #shown: Size | undefined;
  #view: LiveView;
  #frame = 0;
  #due = false;
  #wantKey = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#stream = new LiveStream(options, {
      onMessage: (message) => this.#receive(message),
      onBlank: () => {
        this.surface.blank(0);
        this.#hide();
      },
      onChange: () => this.#publish(),
      resumeAfter: () => this.#live.lastSeq,
      stamp: () => this.#quality.stamp(performance.now()),
    });
    this.surface = new Surface({
      onAck: (seq, decodeUs) => this.#stream.send({ case: "ack", value: { seq, decodeUs } }),
      onAskKey: () => this.#askKey(),
      onDrawn: (pauseEpoch, width, height) => this.#drawn(pauseEpoch, width, height),
      onUseless: () => {
        this.#wantKey = true;
        this.#stream.again([Codec.JPEG]);
      },
      onStale: () => this.#hide(),
      onTick: () => this.#tick(),
    });
    this.#view = this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly view = (): LiveView => this.#view;

  start(): void {
    this.#stream.start();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#stream.stop();
    this.surface.close();
    this.#commands.drop();
  }

  again(): void {
    this.#stream.again();
  }

  /** Clicks, keys, text: at once and in order. */
  act(act: Act): void {
    this.#queue.now(act);
  }

  /** Moves and turns wait for the next animation frame. */
  soon(put: (queue: InputQueue) => void): void {
    put(this.#queue);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#queue.flush();
    });
  }

  guide(body: GuidanceBody): void {
    this.#stream.send({ case: "guidance", value: { body } });
  }

  /** Undefined when no answer came, for example because the link is down. */
  command(body: CommandBody): Promise<CommandResult | undefined> {
    return this.#commands.send(body);
  }

  upload(chooserId: string, files: File[], onFile: (name: string) => void): Promise<Sent> {
    return upload(this.#options.backend, this.#options.sessionId, chooserId, files, onFile);
  }

  download(id: string, name: string): Promise<boolean> {
    return download(this.#options.backend, this.#options.sessionId, id, name);
  }

  closeMenu(): void {
    this.#setLive({ ...this.#live, menu: undefined });
  }

  dismissNotice(key: string): void {
    this.#setLive(dismissNotice(this.#live, key));
  }

  #receive({ body }: ServerMessage): void {
    this.surface.alive();
    switch (body.case) {
      case "attached":
        this.#queue.restart();
        this.surface.breakChain();
        this.surface.blankAfter(this.#options.endUser ? 0 : (body.value.keepaliveMs || KEEPALIVE_DEFAULT_MS) * SILENT_KEEPALIVES);
        this.#setLive({ ...this.#live, selfId: body.value.participantId, lastSeq: body.value.resumedAfter });
        break;
      case "event":
        return this.#event(body.value);
      case "blank":
        // Blank is for everybody but the end user, who goes on seeing the own page.
        if (this.#options.endUser) return;
        this.surface.blank(body.value.pauseEpoch);
        this.#shown = undefined;
        this.#live = applyBlank(this.#live, body.value.pauseEpoch);
        // The curtain waits for no frame.
        return this.#tell();
      case "keepalive":
        if (this.#quality.echo(body.value.sentUs, performance.now())) this.#publish();
        break;
      case "menu":
        return this.#setLive({ ...this.#live, menu: body.value });
      case "result":
        return this.#commands.settle(body.value);
      case "closed":
        if (body.value.reason === "Ended") this.#setLive({ ...this.#live, endReason: body.value.endReason });
        return;
    }
    if (this.#wantKey) this.#askKey();
  }

  #event(event: Event): void {
    const { body } = event;
    if (body.case === "picture") {
      const { codec, key, width, height, data, area } = body.value;
      this.surface.picture({ seq: event.seq, pauseEpoch: event.pauseEpoch, codec, key, width, height, data, area, arrivedMs: 0 });
      // Pictures come often and change nothing people read: no rendering for them.
      if (event.seq > this.#live.lastSeq) this.#live = { ...this.#live, lastSeq: event.seq };
      return;
    }
    if (body.case === "gap") this.surface.breakChain();
    const wasPaused = this.#live.paused || this.#live.blanked;
    this.#setLive(applyEvent(this.#live, event, performance.now()));
    if (body.case === "state" && wasPaused && !this.#live.paused && !this.#shown) this.#askKey();
  }

  #askKey(): void {
    this.#wantKey = false;
    this.#stream.send({ case: "keyRequest", value: {} });
  }

  #drawn(pauseEpoch: number, width: number, height: number): void {
    this.#quality.picture(performance.now());
    const changed = this.#shown?.width !== width || this.#shown.height !== height;
    if (changed) this.#shown = { width, height };
    const live = applyDrawn(this.#live, pauseEpoch);
    if (changed || live !== this.#live) this.#setLive(live);
  }

  #hide(): void {
    this.#shown = undefined;
    // A still page sends nothing by itself: ask for a whole picture once the stream is back.
    this.#wantKey = true;
    this.#publish();
  }

  #tick(): void {
    this.#stream.tick();
    const now = performance.now();
    if (isFading(this.#live.guidance)) {
      const guidance = fade(this.#live.guidance, now);
      if (guidance !== this.#live.guidance) this.#setLive({ ...this.#live, guidance });
    }
    if (this.#quality.beat(now)) this.#publish();
  }

  #setLive(live: LiveState): void {
    this.#live = live;
    this.#publish();
  }

  #look(): LiveView {
    return { link: this.#stream.link, live: this.#live, quality: this.#quality.read(), shown: this.#shown };
  }

  /** At most once per frame; a hidden tab has no frames, so a timer stands in. */
  #publish(): void {
    if (this.#due) return;
    const tell = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#due = false;
      this.#tell();
    };
    this.#due = true;
    const frame = requestAnimationFrame(tell);
    const timer = setTimeout(tell, PUBLISH_MAX_MS);
  }

  #tell(): void {
    this.#view = this.#look();
    for (const listener of this.#listeners) listener();
  }
}
