// The agent points, highlights, draws and writes; the end user sees it over the page.

import { expect, test } from "../harness/fixtures.ts";
import { Oracle } from "../harness/oracle.ts";
import type { Box } from "../harness/pixels.ts";

test("laser, highlight, drawing and chat", async ({ browser, stack, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
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
