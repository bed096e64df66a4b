// The calls of the fake backend. PINs with a meaning: 000000 wrong, 111111 locked, 444444 denied.

import { Code, type ServiceImpl } from "@connectrpc/connect";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { EndReason } from "../../gen/cobrowse/v1/participant_pb";
import { Phase, type SessionService } from "../../gen/cobrowse/v1/session_pb";
import { fail } from "./fake-failure";
import type { FakeWorld } from "./fake-world";

const KNOCK_MS = 2_500;
const ALLOW_MS = 3_000;
const PAGES = [
  { tenant: "northwind", company: "Northwind", title: "Northwind shop", url: "https://shop.example/" },
  { tenant: "contoso", company: "Contoso Bank", title: "Online banking", url: "https://bank.example/" },
];
const PIN_REASONS: Record<string, [Code, string]> = {
  "000000": [Code.NotFound, "PinInvalid"], "111111": [Code.ResourceExhausted, "PinLocked"],
};

type Calls = Partial<ServiceImpl<typeof SessionService>>;

export function sessionsOf(world: FakeWorld): Calls {
  return { ...arriving(world), ...meeting(world), ...sharing(world) };
}

/** The end user's way to a PIN. */
function arriving(world: FakeWorld): Calls {
  return {
    resolveSite: ({ url }) => {
      if (url.includes("forbidden")) throw fail(Code.NotFound, "SiteNotSupported");
      return { tenant: "northwind", company: "Northwind", origin: url ? new URL(url).origin : "", startPages: PAGES };
    },
    startSession: () => {
      if (world.script === "full") throw fail(Code.ResourceExhausted, "NoCapacity");
      const session = world.make();
      if (world.script === "queue") {
        world.queue();
        return { session: world.now, token: "t", pin: "" };
      }
      if (world.script !== "alone") setTimeout(() => world.session?.phase === Phase.WAITING && world.knock(), KNOCK_MS);
      return { session, token: "t", pin: world.script === "long" ? "12345678" : "482913" };
    },
    renewPin: () => {
      const pinExpiresAt = timestampFromMs(Date.now() + 600_000);
      world.change({ pinExpiresAt });
      return { pin: "730164", pinExpiresAt };
    },
  };
}

/** Who knocks, and whether they are let in. */
function meeting(world: FakeWorld): Calls {
  return {
    joinSession: ({ pin }) => {
      const known = PIN_REASONS[pin];
      if (known) throw fail(...known, known[1] === "PinLocked" ? { retry_after_seconds: "95" } : {});
      world.make();
      world.knock();
      setTimeout(() => {
        if (pin === "444444") world.change({ phase: Phase.WAITING, waitingIds: [], participants: [world.endUser] });
        else world.allow({ view: true, point: true, act: true, clipboard: false });
      }, ALLOW_MS);
      return { session: world.now };
    },
    allowParticipant: ({ permissions }) => {
      world.allow(permissions ?? { view: true, point: false, act: false, clipboard: false });
      return { session: world.now };
    },
    denyParticipant: () => {
      world.change({ phase: Phase.WAITING, waitingIds: [], participants: [world.endUser] });
      return { session: world.now };
    },
    createInvitation: () => ({ invitation: `s-${"0".repeat(32)}.${"ab".repeat(32)}`, expiresAt: timestampFromMs(Date.now() + 600_000) }),
    acceptInvitation: () => {
      world.make();
      world.knock();
      setTimeout(() => world.allow({ view: true, point: true, act: true, clipboard: false }), ALLOW_MS);
      return { session: world.now };
    },
  };
}

function sharing(world: FakeWorld): Calls {
  return {
    getSession: () => ({ session: world.now }),
    watchSession: async function* (_request, { signal }) {
      for (;;) {
        const session = world.now;
        yield { session };
        if (session.phase === Phase.ENDED || signal.aborted) return;
        await world.changed(signal);
      }
    },
    createTicket: () => ({ ticket: "ticket" }),
    pauseSession: () => {
      world.pause();
      return {};
    },
    resumeSession: () => {
      world.resume();
      return {};
    },
    endSession: () => {
      world.end(world.seat === "agent" ? EndReason.AGENT : EndReason.END_USER);
      return {};
    },
    uploadFile: () => ({}),
    downloadFile: async function* () {
      yield { content: new TextEncoder().encode("a file of the fake page\n") };
    },
  };
}
