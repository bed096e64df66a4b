// A network between a person and the door that can be cut: bytes stop, connections stay open, as when a cable is pulled.

import { connect, createServer, type Server, type Socket } from "node:net";

export class Link {
  private readonly pairs = new Set<[Socket, Socket]>();
  private cutNow = false;

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async to(origin: string): Promise<Link> {
    const target = Number(new URL(origin).port);
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (!address || typeof address === "string") throw new Error("the link has no port");
    const link = new Link(server, `https://localhost:${address.port}`);
    server.on("connection", (near) => link.join(near, connect(target, "127.0.0.1")));
    return link;
  }

  private join(near: Socket, far: Socket): void {
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as [Socket, Socket][]) {
      from.on("error", () => undefined);
      from.pipe(to);
      from.on("close", () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    }
    if (this.cutNow) this.hold(pair);
  }

  private hold([near, far]: [Socket, Socket]): void {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  }

  /** Lets no byte through any more, in either way. */
  cut(): void {
    this.cutNow = true;
    for (const pair of this.pairs) this.hold(pair);
  }

  /** The network is back; what was open is gone, as after a change of network. */
  mend(): void {
    this.cutNow = false;
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  async end(): Promise<void> {
    this.cutNow = false;
    this.mend();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
