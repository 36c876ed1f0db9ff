import sharp from "sharp";
import { expect, it } from "vitest";
import { Rng } from "../../../../base/index.ts";
import { greyOf } from "../../../../modality/image/index.ts";

it("greyOf gives the grey that sharp gives, of bright colours, of dark ones and of grey itself", async () => {
  const rng = Rng.of(1, "colours");
  const count = 60_000;
  const colours = new Uint8Array(count * 3);
  for (let i = 0; i < colours.length; i++) {
    colours[i] = i < colours.length / 2 ? rng.int(256) : rng.int(40);
  }
  for (let grey = 0; grey < 256; grey++) colours.fill(grey, 3 * grey, 3 * grey + 3);
  const raw = { width: count, height: 1, channels: 3 } as const;
  const expected = await sharp(colours, { raw }).toColourspace("b-w").raw().toBuffer();
  const greys = Uint8Array.from({ length: count }, (_, i) =>
    greyOf(colours[3 * i]!, colours[3 * i + 1]!, colours[3 * i + 2]!),
  );
  // Of a hundred thousand one may lie so near a half that float32 and float64 round it to two sides.
  const unequal = greys.reduce((sum, grey, i) => sum + (grey === expected[i] ? 0 : 1), 0);
  expect(unequal).toBeLessThan(3);
  expect([...greys.subarray(0, 256)]).toEqual([...expected.subarray(0, 256)]);
  expect([...greys.subarray(0, 256)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
});
