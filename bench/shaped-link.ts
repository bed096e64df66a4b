// A slow network between one person and a server: so many bits per second and so much delay each way, with the queue of a
// home router in front. What does not fit in the queue waits at the sender, as TCP does.

import { connect, createServer, type Server, type Socket } from "node:net";

export interface Shape {
  readonly kbit: number;
  /** One way, milliseconds. */
  readonly delay: number;
}

/** Bytes that wait in the link itself. */
const QUEUE = 256 << 10;
/** Bytes that travel together. */
const PIECE = 4 << 10;

export class ShapedLink {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async to(origin: string, shape: Shape): Promise<ShapedLink> {
    const { protocol, port } = new URL(origin);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (!address || typeof address === "string") throw new Error("the link has no port");
    const link = new ShapedLink(server, `${protocol}//localhost:${address.port}`);
    const [up, down] = [new Way(shape), new Way(shape)];
    server.on("connection", (near) => {
      const far = connect(Number(port), "127.0.0.1");
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        link.sockets.add(socket);
        socket.on("close", () => link.sockets.delete(socket));
      }
      up.carry(near, far);
      down.carry(far, near);
    });
    return link;
  }

  async end(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A piece of a connection, or its end, and the moments at which it has left the queue and arrives. */
interface Travelling {
  readonly bytes: number;
  readonly leaves: number;
  readonly arrives: number;
  readonly arrive: () => void;
}

/** One direction of the link, shared by all connections. Nothing overtakes. */
class Way {
  private freeAt = 0;
  private queued = 0;
  private readonly inQueue: Travelling[] = [];
  private readonly inWire: Travelling[] = [];
  private readonly held = new Set<Socket>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly shape: Shape) {}

  carry(from: Socket, to: Socket): void {
    from.on("error", () => undefined);
    from.on("end", () => this.send(0, () => to.end()));
    from.on("close", (failed) => failed && to.destroy());
    from.on("data", (bytes) => {
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        this.send(piece.length, () => void (to.writable && to.write(piece)));
      }
      if (this.queued < QUEUE) return;
      from.pause();
      this.held.add(from);
    });
  }

  private send(bytes: number, arrive: () => void): void {
    const now = performance.now();
    this.queued += bytes;
    this.freeAt = Math.max(this.freeAt, now) + (bytes * 8) / this.shape.kbit;
    const piece = { bytes, leaves: this.freeAt, arrives: this.freeAt + this.shape.delay, arrive };
    this.inQueue.push(piece);
    this.inWire.push(piece);
    this.wake();
  }

  /** One timer, for what is due next. Node counts from the start of its turn, so it may be early: what is not due yet waits for another. */
  private wake(): void {
    const next = Math.min(this.inQueue[0]?.leaves ?? Infinity, this.inWire[0]?.arrives ?? Infinity);
    clearTimeout(this.timer);
    if (next < Infinity) this.timer = setTimeout(() => this.pass(), Math.max(1, next - performance.now()));
  }

  /** Moves on what is due. */
  private pass(): void {
    const now = performance.now();
    while (this.inQueue[0] && this.inQueue[0].leaves <= now) this.queued -= this.inQueue.shift()!.bytes;
    while (this.inWire[0] && this.inWire[0].arrives <= now) this.inWire.shift()!.arrive();
    this.wake();
    if (this.queued >= QUEUE) return;
    for (const socket of this.held) socket.resume();
    this.held.clear();
  }
}
