// Browsers that can more and less: pictures are decoded away from the page's own thread, without H.264 they come as JPEG, the
// cursor is the viewer's own, and a browser that cannot show the page is told what to do before any PIN.

import { expect, test } from "../harness/fixtures.ts";
import { workersLack } from "../harness/lesser-browser.ts";
import { Oracle } from "../harness/oracle.ts";
import { Agent, EndUser } from "../harness/people.ts";

/** How a JPEG file begins, with its name: three bytes alone come up by chance in megabytes of video. */
const JPEG = Buffer.from("\xff\xd8\xff\xe0\x00\x10JFIF\0", "latin1");

declare global {
  interface Window {
    decodedHere?: number;
  }
}

test("H.264 is decoded in a worker, and the cursor is the viewer's own", async ({ browser, stack, endUser, agent }) => {
  await agent.page.addInitScript(() => {
    window.decodedHere = 0;
    VideoDecoder.prototype.decode = function () {
      window.decodedHere! += 1;
    };
  });
  await agent.page.reload();
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
  await endUser.allows();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await agentsView(agent));
  await oracle.isSeenBy(agent.shared);
  expect(await agent.page.evaluate(() => window.decodedHere)).toBe(0);
  expect(agent.page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual([expect.stringMatching(/^\/assets\/worker-/)]);

  const area = agent.page.locator(".stage-area");
  for (const [over, cursor] of [["#search", "text"], [".hero .button >> nth=0", "pointer"]] as const) {
    const at = await agent.shared.toWindow(...(await oracle.middle(over)));
    await agent.page.mouse.move(at.x, at.y);
    await expect(area).toHaveCSS("cursor", cursor);
  }
  await oracle.close();
});

test("without WebCodecs the page is seen as JPEG pictures", async ({ browser, stack, endUser }) => {
  const agent = await Agent.arrive(browser);
  await workersLack(agent.page, "VideoDecoder");
  await agent.page.goto(`${stack.console}/agent`);
  const { email, password } = stack.signIn("northwind");
  await agent.byTestId("agent-signin-email").fill(email);
  await agent.byTestId("agent-signin-password").fill(password);
  await agent.byTestId("agent-signin-submit").click();
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
  await endUser.allows();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await agentsView(agent));
  await oracle.isSeenBy(agent.shared);
  await oracle.isSeenBy(endUser.shared);
  expect(agent.tap.bytes().includes(JPEG)).toBe(true);
  expect(endUser.tap.bytes().includes(JPEG)).toBe(false);
  await agent.context.close();
  await oracle.close();
});

test("a browser that cannot show the page says so before any PIN, and hands the address on", async ({ browser, stack }) => {
  const person = await EndUser.arrive(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await workersLack(person.page, "OffscreenCanvas");
  const address = `${stack.console}/start#url=${encodeURIComponent(`${stack.shop}/guide?a=1`)}`;
  await person.page.goto(address);
  await expect(person.byTestId("message-title")).toHaveText("This browser cannot show the shared page");
  await expect(person.page.getByText("OffscreenCanvas")).toBeVisible();
  await expect(person.byTestId("start-button")).toHaveCount(0);
  await person.page.getByRole("button", { name: "Copy link for another browser" }).click();
  await expect(person.page.getByRole("button", { name: "Link copied" })).toBeVisible();
  expect(await person.page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  await person.context.close();
});

/** The page's size, once there is a picture. */
async function agentsView(agent: Agent): Promise<{ width: number; height: number }> {
  await agent.shared.showsSomething();
  return agent.shared.viewport();
}
