// Stop stays in sight when the visible part of the window moves over the page, as two fingers and keyboards of glass do it.

import { expect, test } from "../harness/fixtures.ts";

test("Stop stays in sight on a phone", async ({ stack, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
  await endUser.allows();
  await endUser.shared.showsSomething();
  const glass = await endUser.context.newCDPSession(endUser.page);
  await glass.send("Emulation.setPageScaleFactor", { pageScaleFactor: 2 });
  const seen = () => endUser.byTestId("stop").evaluate((stop) => {
    const { offsetLeft, offsetTop, width, height, scale } = window.visualViewport!;
    const box = stop.getBoundingClientRect();
    const inside = box.left >= offsetLeft - 1 && box.right <= offsetLeft + width + 1 && box.top >= offsetTop - 1 && box.bottom <= offsetTop + height + 1;
    return { scale, inside };
  });
  await expect.poll(seen).toEqual({ scale: 2, inside: true });
  await endUser.ends();
});
