import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../../test/golden/augmentPhoto.json" with { type: "json" };
import { Rng } from "../../../base/index.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type Canvas,
  jitterColours,
  turnGrey,
} from "./colour.ts";

interface Picture {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: readonly number[];
}

/** The picture behind two values that must stay. */
function canvasOf({ channels, height, width, pixels }: Picture): Canvas {
  return { values: Float32Array.of(-7, -8, ...pixels, -9), offset: 2, channels, height, width };
}

function expectResult({ values }: Canvas, result: readonly number[]): void {
  expect([values[0], values[1], values.at(-1)]).toEqual([-7, -8, -9]);
  for (const [i, value] of result.entries()) {
    expect(Math.abs(values[2 + i]! - value), `[${i}] ${values[2 + i]} for ${value}`).toBeLessThan(5e-5);
  }
}

describe.each([
  ["brightness", adjustBrightness],
  ["contrast", adjustContrast],
  ["saturation", adjustSaturation],
  ["hue", adjustHue],
] as const)("%s", (name, adjust) => {
  it.each(golden[name])("is torchvision's: $channels channels, $factor", (given) => {
    const canvas = canvasOf(given);
    adjust(canvas, given.factor);
    expectResult(canvas, given.result);
  });
});

describe("turnGrey", () => {
  it.each(golden.grey)("is torchvision's", (given) => {
    const canvas = canvasOf(given);
    turnGrey(canvas);
    expectResult(canvas, given.result);
  });
});

describe("jitterColours", () => {
  const strong = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 1 };
  const given = golden.hue[0]!;

  it("is one of the 24 orders of the four changes, each factor in its range", () => {
    // Each change alone tells its factor; all four together must then be one of the orders.
    const alone = (option: keyof typeof strong, seed: number): Canvas => {
      const canvas = canvasOf(given);
      const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0, probability: 1 };
      jitterColours(canvas, Rng.of(seed), { ...none, [option]: strong[option] });
      return canvas;
    };
    const orders = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const rng = Rng.of(seed);
      const factors = [0, 1, 2].map(() => rng.uniform(0.2, 1.8));
      const changes: [name: string, adjust: (canvas: Canvas) => void][] = [
        ["b", (canvas) => adjustBrightness(canvas, factors[0]!)],
        ["c", (canvas) => adjustContrast(canvas, factors[1]!)],
        ["s", (canvas) => adjustSaturation(canvas, factors[2]!)],
      ];
      const turn = rng.uniform(-0.2, 0.2);
      changes.push(["h", (canvas) => adjustHue(canvas, turn)]);
      for (const [i, option] of (["brightness", "contrast", "saturation", "hue"] as const).entries()) {
        const canvas = canvasOf(given);
        changes[i]![1](canvas);
        if (option === "brightness" || option === "hue")
          expect(alone(option, seed).values).toEqual(canvas.values);
      }
      const received = canvasOf(given);
      jitterColours(received, Rng.of(seed), strong);
      const order = permutations(changes).find((tried) => {
        const canvas = canvasOf(given);
        for (const [, change] of tried) change(canvas);
        return canvas.values.every((value, i) => value === received.values[i]);
      });
      expect(order, `no order of the changes gives that of seed ${seed}`).toBeDefined();
      orders.add(order!.map(([name]) => name).join(""));
    }
    expect(orders.size).toBeGreaterThan(15);
  });

  it("keeps to 0 to 255", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 12, maxLength: 12 }),
        fc.nat(),
        (pixels, seed) => {
          const canvas = canvasOf({ channels: 3, height: 2, width: 2, pixels });
          jitterColours(canvas, Rng.of(seed), { ...strong, hue: 0.5 });
          for (const value of canvas.values.subarray(2, 14)) {
            expect(value).toBeGreaterThanOrEqual(-1e-4);
            expect(value).toBeLessThanOrEqual(255.0001);
          }
        },
      ),
    );
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
