// Stop and its choices stay in sight when the visible part of the window moves over the page, as two fingers and keyboards of
// glass do it.

import { expect, test } from "../harness/fixtures.ts";

test("Stop and End stay in sight on a phone", async ({ stack, endUser, agent }) => {
  await agent.entersPin(await endUser.asksForHelp(`${stack.shop}/`));
  await endUser.allows();
  await endUser.shared.showsSomething();
  const glass = await endUser.context.newCDPSession(endUser.page);
  await glass.send("Emulation.setPageScaleFactor", { pageScaleFactor: 2 });
  const seen = (id: string) => endUser.byTestId(id).evaluate((button) => {
    const { offsetLeft, offsetTop, width, height, scale } = window.visualViewport!;
    const box = button.getBoundingClientRect();
    const inside = box.left >= offsetLeft - 1 && box.right <= offsetLeft + width + 1 && box.top >= offsetTop - 1 && box.bottom <= offsetTop + height + 1;
    const met = button.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
    return { scale, inside, met };
  });
  // A finger's place is one of the glass, which the visible part fills.
  const touches = async (id: string) => {
    await expect.poll(() => seen(id)).toEqual({ scale: 2, inside: true, met: true });
    const at = await endUser.byTestId(id).evaluate((button) => {
      const { offsetLeft, offsetTop } = window.visualViewport!;
      const box = button.getBoundingClientRect();
      return { x: box.left + box.width / 2 - offsetLeft, y: box.top + box.height / 2 - offsetTop };
    });
    await endUser.page.touchscreen.tap(at.x, at.y);
  };
  await touches("stop");
  await touches("end");
  await expect(endUser.byTestId("end-reason")).toHaveText("You ended it.");
});
