import { describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import { ElasticField } from "./elastic.ts";

describe("ElasticField", () => {
  // Spacings of 1 and 2 pixels, and of 3 on a picture that is no multiple of it.
  it.each([
    { height: 20, width: 20, alpha: 8, sigma: 2 },
    { height: 28, width: 28, alpha: 34, sigma: 4 },
    { height: 29, width: 26, alpha: 36, sigma: 6 },
  ])(
    "has the size and the smoothness of the paper's: $height x $width, alpha $alpha, sigma $sigma",
    (options) => {
      const { height, width, alpha, sigma } = options;
      const field = new ElasticField(height, width, options);
      const rng = Rng.of(4, "elastic");
      const apart = 2 * Math.round(sigma / 2);
      let [squares, products, mean, across, pixels, pairs] = [0, 0, 0, 0, 0, 0];
      for (let draw = 0; draw < 1500; draw++) {
        field.draw(rng);
        const { y, x } = field.displacement;
        for (let i = 0; i < y.length; i += 3) {
          squares += y[i]! ** 2 + x[i]! ** 2;
          mean += y[i]! + x[i]!;
          across += y[i]! * x[i]!;
          pixels++;
          if ((i % width) + apart >= width) continue;
          products += y[i]! * y[i + apart]! + x[i]! * x[i + apart]!;
          pairs++;
        }
      }
      const variance = (alpha / (2 * sigma)) ** 2 / (3 * Math.PI);
      // Filling in between grid points takes off a little: half the spacing is a quarter of sigma.
      expect(squares / (2 * pixels) / variance).toBeGreaterThan(0.93);
      expect(squares / (2 * pixels) / variance).toBeLessThan(1.03);
      const correlation = Math.exp(-(apart ** 2) / (4 * sigma ** 2));
      expect(Math.abs(products / (2 * pairs) / variance - correlation)).toBeLessThan(0.05);
      expect(Math.abs(mean / (2 * pixels))).toBeLessThan(0.05 * Math.sqrt(variance));
      expect(Math.abs(across / pixels)).toBeLessThan(0.05 * variance);
    },
  );

  it("draws the same for the same stream, and another field next", () => {
    const draws = [0, 1].map(() => {
      const field = new ElasticField(9, 7, { alpha: 10, sigma: 3 });
      const rng = Rng.of(2);
      return [0, 1].map(() => {
        field.draw(rng);
        return [...field.displacement.y, ...field.displacement.x];
      });
    });
    expect(draws[0]).toEqual(draws[1]);
    expect(draws[0]![0]).not.toEqual(draws[0]![1]);
  });

  it("fits pictures of a single row or column", () => {
    for (const [height, width] of [
      [1, 6],
      [5, 1],
      [1, 1],
    ] as const) {
      const field = new ElasticField(height, width, { alpha: 10, sigma: 4 });
      field.draw(Rng.of(1));
      expect(field.displacement.y).toHaveLength(height * width);
      expect([...field.displacement.y, ...field.displacement.x].every(Number.isFinite)).toBe(true);
    }
  });
});
