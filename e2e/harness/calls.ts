// Calls that a page of the console never makes by itself, made from that page: with its sign-in, to see them refused.

import type { Page } from "@playwright/test";

/** Field 1 of a message as a string; what every request of a session begins with. */
function sessionRequest(sessionId: string, second: readonly number[] = []): number[] {
  const id = [...Buffer.from(sessionId)];
  return [0x0a, id.length, ...id, ...second];
}

/** An empty part of a file, or a download's id: enough to be asked for permission. */
const more = { UploadFile: [0x12, 0x00], DownloadFile: [0x12, 0x01, 0x31], GetSession: [], CreateTicket: [] } as const;

/** The session that a page of the console is in. */
export async function sessionOf(page: Page): Promise<string> {
  const kept = await page.evaluate(() => Object.values(sessionStorage).join(" "));
  const id = /"sessionId":"([^"]+)"/.exec(kept)?.[1];
  if (!id) throw new Error("the page keeps no session");
  return id;
}

/** Makes the call, for the page's own session or another; gives the reason that the door names. */
export async function refusedCall(page: Page, method: keyof typeof more, session?: string): Promise<string> {
  const id = session ?? (await sessionOf(page));
  const message = sessionRequest(id, more[method]);
  const text = await page.evaluate(async ([path, bytes]) => {
    const frame = new Uint8Array([0, 0, 0, 0, bytes.length, ...bytes]);
    const headers = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };
    const answer = await fetch(path, { method: "POST", headers, body: frame });
    const body = new TextDecoder("latin1").decode(await answer.arrayBuffer());
    return [...answer.headers.entries()].map(([name, value]) => `${name}: ${value}`).join("\n") + body;
  }, [`/cobrowse.v1.SessionService/${method}`, message] as const);
  return reasonOf(text);
}

/** The reason of google.rpc.ErrorInfo, which travels in base64. */
function reasonOf(text: string): string {
  const details = /grpc-status-details-bin: ?([A-Za-z0-9+/=_-]+)/i.exec(text)?.[1];
  if (!details) return text;
  return /ErrorInfo.{1,4}?\n.([A-Z][A-Za-z]+)/s.exec(Buffer.from(details, "base64").toString("latin1"))?.[1] ?? text;
}
