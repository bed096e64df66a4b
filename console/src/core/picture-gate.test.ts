import { expect, test } from "vitest";
import { KEY_REQUEST_MS, PictureGate } from "./picture-gate";

const key = (pauseEpoch = 0) => ({ pauseEpoch, key: true, standalone: false });
const delta = (pauseEpoch = 0) => ({ pauseEpoch, key: false, standalone: false });
const jpeg = (pauseEpoch = 0) => ({ pauseEpoch, key: true, standalone: true });

test("a chain starts with a key", () => {
  const gate = new PictureGate();
  expect(gate.judge(delta(), 0)).toBe("dropAndAskKey");
  expect(gate.judge(delta(), 10)).toBe("drop");
  expect(gate.judge(delta(), KEY_REQUEST_MS + 1)).toBe("dropAndAskKey");
  expect(gate.judge(key(), 600)).toBe("decode");
  expect(gate.judge(delta(), 610)).toBe("decode");
});

test("a gap or a failed decoder breaks the chain", () => {
  const gate = new PictureGate();
  gate.judge(key(), 0);
  gate.breakChain();
  expect(gate.judge(delta(), 10_000)).toBe("dropAndAskKey");
});

test("pictures from before a pause are never shown, decoded or not", () => {
  const gate = new PictureGate();
  gate.judge(key(0), 0);
  gate.raise(1);
  expect(gate.judge(delta(0), 1)).toBe("drop");
  expect(gate.judge(key(0), 2)).toBe("drop");
  expect(gate.judge(jpeg(0), 3)).toBe("drop");
  expect(gate.shows(0)).toBe(false);
  expect(gate.judge(delta(1), 4)).toBe("dropAndAskKey");
  expect(gate.judge(key(1), 5)).toBe("decode");
  expect(gate.shows(1)).toBe(true);
});

test("an old Blank that comes late lowers nothing", () => {
  const gate = new PictureGate();
  gate.raise(3);
  gate.raise(2);
  expect(gate.shows(2)).toBe(false);
});

test("pictures that stand alone need no chain", () => {
  expect(new PictureGate().judge(jpeg(), 0)).toBe("decode");
});
