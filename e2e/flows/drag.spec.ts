// HTML drag and drop inside the website, by either, seen by both.

import { expect, test } from "../harness/fixtures.ts";
import { difference } from "../harness/pixels.ts";
import { acts, together } from "../harness/together.ts";

test("both drag things from one list to the other", async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/lab/drag`);
  const pack = await oracle.box("#pack");
  const into = [pack.x + pack.width / 2, pack.y + pack.height / 2] as const;
  for (const [count, [person, other, item]] of ([[agent, endUser, "Tent"], [endUser, agent, "Map"]] as const).entries()) {
    const before = await other.shared.part(pack);
    const from = await oracle.middle(`[data-item=${item}]`);
    await person.shared.drag([from, [from[0] + 20, from[1] + 8], into, into]);
    await expect.poll(() => acts(stack, "drop").at(count)).toEqual({ act: "drop", item, list: "pack" });
    await expect.poll(async () => difference(before!, (await other.shared.part(pack))!, 16)).toBeGreaterThan(0.002);
    // The oracle's own list follows, so that the next thing is looked for where it is now.
    await oracle.page.evaluate((name) => document.getElementById("pack")!.append(document.querySelector(`[data-item=${name}]`)!), item);
    await oracle.isSeenBy(other.shared, 0.1);
  }
  await endUser.ends();
  await oracle.close();
});
