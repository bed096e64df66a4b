// Records every byte that a page gets and sends: bodies of answers and frames of WebSockets.

import type { Page } from "@playwright/test";

/** Bytes. Pictures are above, keepalives and most facts below. */
const LARGE = 200;

export class Tap {
  private readonly parts: Buffer[] = [];
  private readonly pending = new Set<Promise<void>>();
  frames = 0;
  /** Bytes of WebSocket messages down. */
  received = 0;
  /** Messages down that are larger than facts and keepalives. */
  large = 0;

  constructor(page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        this.received += payload.length;
        if (payload.length > LARGE) this.large += 1;
        this.frame(payload);
      });
      socket.on("framesent", ({ payload }) => this.frame(payload));
    });
    page.on("response", (response) => {
      this.parts.push(Buffer.from(response.url()));
      const body = response.body().then((bytes) => void this.parts.push(bytes), () => undefined);
      this.pending.add(body);
      void body.finally(() => this.pending.delete(body));
    });
  }

  private frame(payload: string | Buffer): void {
    this.frames += 1;
    this.parts.push(typeof payload === "string" ? Buffer.from(payload) : payload);
  }

  /** How often a text is in all bytes so far. */
  count(text: string): number {
    return this.bytes().toString("latin1").split(text).length - 1;
  }

  /** Everything so far. */
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** The ways in which a secret could hide in bytes: plain, grouped, UTF-16, base64 of it, hexadecimal. */
export function disguises(secret: string): Buffer[] {
  const grouped = secret.replace(/(.{4})(?=.)/g, "$1 ");
  const plain = [...new Set([secret, grouped, encodeURIComponent(grouped), grouped.replaceAll(" ", "+")])];
  const others = [Buffer.from(secret, "utf16le"), Buffer.from(Buffer.from(secret).toString("hex")), ...base64Cores(secret)];
  return [...plain.map((text) => Buffer.from(text)), ...others];
}

/** The characters of base64 that depend on the secret alone, at each of the three alignments: all whose six bits lie in it. */
function base64Cores(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    return Buffer.from(encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)));
  });
}
