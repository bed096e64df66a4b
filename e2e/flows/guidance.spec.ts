// The agent points, highlights, draws and writes; the end user sees it over the page.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import type { Box } from "../harness/pixels.ts";

test("laser, highlight, drawing, named pointers and chat", async ({ browser, stack, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
  await expect(endUser.byTestId("allow-name")).toBeVisible();
  const [allowed] = ((await endUser.byTestId("allow-name").textContent()) ?? "").split(" from ");
  await endUser.allows();
  await agent.shared.showsSomething();
  await endUser.shared.showsSomething();
  const oracle = await Oracle.look(browser, `${stack.shop}/`, await agent.shared.viewport());
  await oracle.isSeenBy(endUser.shared);
  const button = await oracle.box(".hero .button >> nth=0");
  const around = (box: Box, by: number) => ({ x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by });
  const [x, y] = [button.x + button.width / 2, button.y + button.height / 2];

  await agent.byTestId("tool-highlight").click();
  await endUser.shared.changes(around(button, 12), () => agent.shared.click(x, y), 0.01);

  await agent.byTestId("tool-draw").click();
  const stroke = { x: 80, y: 130, width: 300, height: 120 };
  await endUser.shared.changes(stroke, () => agent.shared.drag([[90, 150], [220, 230], [360, 150]]), 0.005);

  await agent.byTestId("tool-laser").click();
  await endUser.shared.changes({ x: 560, y: 90, width: 60, height: 60 }, () => agent.shared.drag([[580, 110], [590, 120], [592, 122]]), 0.01);

  await agent.byTestId("tool-act").click();
  for (const [mover, watcher, name] of [[agent, endUser, allowed!], [endUser, agent, "Customer"]] as const) {
    const at = await mover.shared.toWindow(x, y);
    await mover.page.mouse.move(at.x, at.y, { steps: 4 });
    const pointer = watcher.page.locator(".pointer", { hasText: name }).locator("svg");
    await expect(pointer).toBeVisible();
    const there = await watcher.shared.toWindow(x, y);
    await expect.poll(async () => {
      const box = (await pointer.boundingBox())!;
      return Math.hypot(box.x - there.x, box.y - there.y);
    }).toBeLessThan(4);
  }
  for (const { page } of [agent, endUser]) await expect(page.locator(".quality")).toHaveText(/^(Good|Slow) connection, \d+ ms, \d+ pictures per second/);

  await agent.opens("panel-chat");
  await endUser.opens("panel-chat");
  await agent.say("Press the green button");
  await expect(endUser.page.getByText("Press the green button")).toBeVisible();
  await endUser.say("This one?");
  await expect(agent.page.getByText("This one?")).toBeVisible();
  expect(stack.state().acts).toEqual([]);

  await endUser.ends();
  await oracle.close();
});
