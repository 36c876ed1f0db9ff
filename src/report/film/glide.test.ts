import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { glide } from "./glide.ts";

const path = fc
  .array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 8 })
  .map((values) => values.map((value) => Float32Array.of(value)));

describe("glide", () => {
  it("goes through each snapshot and stays between two neighbours in order", () => {
    fc.assert(
      fc.property(path, (places) => {
        for (const [i, place] of places.entries()) expect(glide(places, i)[0]).toBeCloseTo(place[0]!, 4);
        for (let i = 0; i + 1 < places.length; i++) {
          const rising = Math.sign(places[i + 1]![0]! - places[i]![0]!);
          let before = places[i]![0]!;
          for (let part = 0.1; part <= 1; part += 0.1) {
            const now = glide(places, i + part)[0]!;
            expect((now - before) * rising).toBeGreaterThanOrEqual(-1e-3);
            before = now;
          }
        }
      }),
    );
  });

  it("has no corners: the slope from the left is the slope from the right", () => {
    fc.assert(
      fc.property(path, (places) => {
        const h = 1e-3;
        for (let i = 1; i + 1 < places.length; i++) {
          const here = glide(places, i)[0]!;
          const left = (here - glide(places, i - h)[0]!) / h;
          const right = (glide(places, i + h)[0]! - here) / h;
          expect(Math.abs(left - right)).toBeLessThan(3);
        }
      }),
    );
  });
});
