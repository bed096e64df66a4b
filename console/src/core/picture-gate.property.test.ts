// Whatever pictures come in whatever order, none of before a Stop is shown and no decoder gets one that it cannot read.

import fc from "fast-check";
import { expect, test } from "vitest";
import { KEY_REQUEST_MS, PictureGate } from "./picture-gate";

const picture = fc.record({ does: fc.constant("picture" as const), pauseEpoch: fc.nat(4), key: fc.boolean(), standalone: fc.boolean(), later: fc.nat(400) });
const raise = fc.record({ does: fc.constant("raise" as const), pauseEpoch: fc.nat(4) });
const deed = fc.oneof({ weight: 6, arbitrary: picture }, { weight: 1, arbitrary: raise }, { weight: 1, arbitrary: fc.constant({ does: "break" as const }) });

test("the rules of the gate", () => {
  fc.assert(
    fc.property(fc.array(deed), (deeds) => {
      const gate = new PictureGate();
      let [epoch, chained, now, asked] = [0, false, 0, Number.NEGATIVE_INFINITY];
      for (const one of deeds) {
        if (one.does === "raise") {
          gate.raise(one.pauseEpoch);
          epoch = Math.max(epoch, one.pauseEpoch);
        } else if (one.does === "break") {
          gate.breakChain();
          chained = false;
        } else {
          now += one.later;
          const verdict = gate.judge(one, now);
          const shown = one.pauseEpoch >= epoch;
          if (!shown) expect(verdict).toBe("drop");
          if (shown && (one.key || one.standalone)) expect(verdict).toBe("decode");
          if (!one.standalone && !one.key && verdict === "decode") expect(chained).toBe(true);
          if (verdict === "dropAndAskKey") {
            expect(now - asked).toBeGreaterThanOrEqual(KEY_REQUEST_MS);
            asked = now;
          }
          // A picture that was dropped breaks the chain of those after it; one that stands alone has no part in it.
          if (!one.standalone) chained = verdict === "decode";
        }
      }
    }),
  );
});
