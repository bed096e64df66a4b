// Files go between the website and the end user's own device, and past the agent.

import { createHash } from "node:crypto";
import { expect, test } from "../harness/fixtures.ts";
import { refusedCall } from "../harness/calls.ts";
import { together } from "../harness/together.ts";

const receipt = Buffer.from("Ridge 2, paid in full, Kestrel-Receipt-77\n".repeat(9_000));
const label = "Northwind Outdoor\nReturns, Harbour 12\n";

test("the end user uploads a file; the agent is told that only the customer may", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/returns`);
  const chooser = await oracle.box("#receipt");
  const at = [chooser.x + 50, chooser.y + chooser.height / 2] as const;

  await agent.shared.click(...at);
  await expect(agent.page.locator("[data-testid=notice][data-code=FileForEndUser]")).toContainText("Only the customer can choose a file.");
  await expect(agent.byTestId("file-dialog")).toBeHidden();
  await expect(endUser.byTestId("file-dialog")).toBeVisible();
  await expect(endUser.byTestId("notice")).toBeHidden();
  expect(await refusedCall(agent.page, "UploadFile")).toBe("PermissionDenied");
  await endUser.byTestId("file-dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(endUser.byTestId("file-dialog")).toBeHidden();

  await endUser.shared.click(...at);
  await endUser.byTestId("file-input").setInputFiles({ name: "receipt.txt", mimeType: "text/plain", buffer: receipt });
  await expect(endUser.byTestId("file-dialog")).toBeHidden();
  await agent.shared.click(...(await oracle.middle("#send-receipt")));
  const sum = createHash("sha256").update(receipt).digest("hex");
  await expect.poll(() => stack.state().uploads.map(({ name, size, sum }) => ({ name, size, sum }))).toEqual([{ name: "receipt.txt", size: receipt.length, sum }]);
  expect(agent.tap.bytes().includes("Kestrel-Receipt-77")).toBe(false);
  await endUser.ends();
  await oracle.close();
});

test("the end user saves a file of the page; the agent cannot", { tag: "@ordinary" }, async ({ browser, stack, endUser, agent }) => {
  const oracle = await together(browser, endUser, agent, `${stack.shop}/returns`);
  // What the page hands to the person's own browser, byte for byte.
  await endUser.page.evaluate(() => {
    const made = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (file: Blob) => {
      void file.text().then((text) => (window.saved = text));
      return made(file);
    };
  });
  await agent.shared.click(...(await oracle.middle("#label")));
  await expect(agent.page.locator("[data-testid=notice][data-code=DownloadForEndUser]")).toContainText("Only the customer can save the file");
  await expect(agent.page.getByText("label.txt")).toBeHidden();
  expect(await refusedCall(agent.page, "DownloadFile")).toBe("PermissionDenied");

  await expect(endUser.page.getByText("label.txt is ready")).toBeVisible();
  const saving = endUser.page.waitForEvent("download");
  await endUser.page.getByRole("button", { name: "Save" }).click();
  expect((await saving).suggestedFilename()).toBe("label.txt");
  await expect.poll(() => endUser.page.evaluate(() => window.saved)).toBe(label);
  expect(agent.tap.bytes().includes("Returns, Harbour 12")).toBe(false);
  await endUser.ends();
  await oracle.close();
});

declare global {
  interface Window {
    saved?: string;
  }
}
