import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { PairSampler, type Pairs, validationPairs } from "./pairs.ts";

/** Labels of at least two classes, each with two rows or more, in any order. */
const trainable = fc
  .array(fc.tuple(fc.nat(1000), fc.integer({ min: 2, max: 6 })), { minLength: 2, maxLength: 6 })
  .filter((classes) => new Set(classes.map(([label]) => label)).size === classes.length)
  .chain((classes) => {
    const labels = classes.flatMap(([label, count]) => Array<number>(count).fill(label));
    return fc.shuffledSubarray(labels, { minLength: labels.length }).map((rows) => Int32Array.from(rows));
  });

function expectSound(pairs: Pairs, labels: Int32Array): void {
  for (const [i, anchor] of pairs.anchor.entries()) {
    const partner = pairs.contrastive[i]!;
    expect(partner).not.toBe(anchor);
    expect(partner).toBeLessThan(labels.length);
    expect(pairs.label[i]).toBe(labels[anchor]);
    expect(pairs.target[i]).toBe(labels[partner] === labels[anchor] ? 1 : 0);
  }
}

/**
 * Counts each (anchor, contrastive) over many draws and compares with the probability that the definition gives it:
 * a half shared by the other rows of the label, a half by the rows of other labels.
 */
function expectUniform(labels: Int32Array, anchors: readonly number[], draws: readonly Pairs[]): void {
  const counts = new Map<string, number>();
  for (const { anchor, contrastive } of draws) {
    for (const [i, row] of anchor.entries()) {
      const key = `${row},${contrastive[i]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  for (const a of anchors) {
    const alike = labels.filter((label, row) => label === labels[a] && row !== a).length;
    const unalike = labels.filter((label) => label !== labels[a]).length;
    for (let b = 0; b < labels.length; b++) {
      const p = b === a ? 0 : 0.5 / (labels[a] === labels[b] ? alike : unalike);
      const sigma = Math.sqrt(draws.length * p * (1 - p));
      const off = Math.abs((counts.get(`${a},${b}`) ?? 0) - draws.length * p);
      expect(off, `pair ${a},${b}`).toBeLessThanOrEqual(4.5 * sigma);
    }
  }
}

describe("PairSampler", () => {
  it("makes every image that has a positive an anchor once, with a partner that the target describes", () => {
    fc.assert(
      fc.property(trainable, fc.nat(3), fc.nat(), fc.nat(99), (several, single, seed, epoch) => {
        // Labels above those of `trainable`: one row each.
        const labels = Int32Array.from([...several, ...Array.from({ length: single }, (_, i) => 2000 + i)]);
        const sampler = new PairSampler(labels, seed);
        const pairs = sampler.epochPairs(epoch);
        expect([...pairs.anchor.toSorted()]).toEqual([...several.keys()]);
        expect(sampler.count).toBe(several.length);
        expectSound(pairs, labels);
        // A sampler that has drawn other epochs, as one that ran on, draws what one that resumed does.
        expect(new PairSampler(labels, seed).epochPairs(epoch)).toEqual(pairs);
      }),
    );
  });

  it("draws positives and negatives with one half each, uniformly", () => {
    const labels = Int32Array.of(4, 9, 4, 1, 9, 4, 1, 4);
    const sampler = new PairSampler(labels, 3);
    const draws = Array.from({ length: 20_000 }, (_, epoch) => sampler.epochPairs(epoch));
    expectUniform(labels, [...labels.keys()], draws);
  });

  it("draws another order and other pairs for another epoch or seed", () => {
    const labels = Int32Array.from({ length: 200 }, (_, i) => i % 10);
    const [first, second] = [0, 1].map((epoch) => new PairSampler(labels, 1).epochPairs(epoch));
    const other = new PairSampler(labels, 2).epochPairs(0);
    const moved = (a: Uint32Array, b: Uint32Array) => a.filter((row, i) => row !== b[i]).length;
    expect(moved(first!.anchor, second!.anchor)).toBeGreaterThan(150);
    expect(moved(first!.anchor, other.anchor)).toBeGreaterThan(150);
  });

  it.each([
    [[3, 8, 1, 7], "no two of the 4 training images have one label, so no positive exists: give two images"],
    [[5, 5, 5], "all 3 training images have the label 5, so no negative exists: give images of at least two"],
    [[], "there are no training images, expected at least two of each of two labels"],
  ])("refuses the labels %j in one line", (labels, message) => {
    expect(() => new PairSampler(Int32Array.from(labels), 1)).toThrow(InputError);
    expect(() => new PairSampler(Int32Array.from(labels), 1)).toThrow(message);
  });

  it("draws the lonely row as a negative as often as any other", () => {
    const labels = Int32Array.of(4, 9, 4, 1, 9, 4);
    const sampler = new PairSampler(labels, 3);
    const draws = Array.from({ length: 20_000 }, (_, epoch) => sampler.epochPairs(epoch));
    expectUniform(labels, [0, 1, 2, 4, 5], draws);
  });
});

describe("validationPairs", () => {
  it("takes the rows in order, leaving out as anchors those without a positive", () => {
    fc.assert(
      fc.property(trainable, fc.nat(), (labels, seed) => {
        // Labels above those of `trainable`: one row each.
        const all = Int32Array.of(2001, ...labels, 2002);
        const pairs = validationPairs(all, seed);
        expect([...pairs.anchor]).toEqual(Array.from(labels, (_, i) => i + 1));
        expectSound(pairs, all);
        expect(validationPairs(all, seed)).toEqual(pairs);
      }),
    );
  });

  it("draws the lonely row as a negative as often as any other", () => {
    const labels = Int32Array.of(4, 9, 4, 1, 9, 4);
    const draws = Array.from({ length: 20_000 }, (_, seed) => validationPairs(labels, seed));
    expectUniform(labels, [0, 1, 2, 4, 5], draws);
  });

  it.each([
    [[1, 2, 3], "none of the 3 validation images shares its label with another, so no positive exists"],
    [[1, 1], "all 2 validation images have the label 1, so no negative exists"],
    [[], "there are no validation images"],
  ])("refuses the labels %j in one line", (labels, message) => {
    expect(() => validationPairs(Int32Array.from(labels), 1)).toThrow(InputError);
    expect(() => validationPairs(Int32Array.from(labels), 1)).toThrow(message);
  });
});
