// Browsers that lack something: pictures as JPEG for want of H.264, or a clear message before the PIN. Never a PIN that leads
// nowhere.

import { searchAndOpen, together } from "../harness/together.ts";
import { expect, test } from "./fixtures.ts";
import { SIMPLER } from "./person.ts";

test.describe("without WebCodecs", () => {
  test.use({ without: ["WebCodecs"] });
  test("an end user gets JPEG pictures", async ({ browser, stack, agent, person }) => {
    await person.arrives(`${stack.shop}/`);
    await person.elements.says(SIMPLER);
    const oracle = await together(browser, person, agent, `${stack.shop}/`, await person.starts());
    await oracle.isSeenBy(person.shared);
    await searchAndOpen(stack, oracle, person, agent);
    await person.ends();
    await oracle.close();
  });
});

test.describe("without H.264", () => {
  test.use({ without: ["H.264"] });
  test("an agent gets JPEG pictures", async ({ browser, engine, stack, endUser, person }) => {
    test.skip(engine === "firefox", "Firefox takes the decoders of the system and has no setting for one of them");
    // Agents are not told; the door says what this browser lacks.
    await person.arrives(`${stack.shop}/`);
    await person.elements.says(SIMPLER);
    await person.signsIn(stack, stack.signIn("northwind"));
    const oracle = await together(browser, endUser, person, `${stack.shop}/`);
    await searchAndOpen(stack, oracle, person, endUser);
    await endUser.ends();
    await person.seesTheEnd();
    await oracle.close();
  });
});

test.describe("without OffscreenCanvas in workers", () => {
  test.use({ without: ["OffscreenCanvas"] });
  test("a message comes instead of a PIN", async ({ engine, stack, person }) => {
    test.skip(engine === "firefox", "Firefox has it since version 105, and no setting takes it away any more");
    await person.arrives(`${stack.shop}/`);
    await person.elements.says("OffscreenCanvas");
    expect(await person.elements.place("start-button")).toBeUndefined();
    await person.seesSomething();
    await person.keeps("message");
  });
});
