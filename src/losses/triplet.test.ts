import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import { KindredError } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import {
  atAngles,
  draw,
  exactly,
  expectClose,
  expectSame,
  type LossByLoops,
  type Rows,
  unitDistance,
} from "./lossBatch.fixture.ts";
import { type GoldenLoss, lossSuite } from "./lossSuite.fixture.ts";
import { batchHardTripletLoss, semiHardTripletLoss } from "./triplet.ts";

interface HardOptions {
  readonly margin: number | "soft";
  readonly squared: boolean;
}

interface SemiHardOptions extends HardOptions {
  readonly margin: number;
}

interface Compared {
  /** Distances from the anchor to each of its positives. */
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** For each anchor the distances to its positives and negatives, one difference of coordinates at a time. */
function compare(x: Rows, labels: readonly number[], squared: boolean): Compared[] {
  return x.map((anchor, i) => {
    const to = (alike: boolean): number[] =>
      x.flatMap((row, j) => {
        if (j === i || (labels[j] === labels[i]) !== alike) return [];
        const d = unitDistance(anchor, row);
        return [squared ? d * d : d];
      });
    return { positives: to(true), negatives: to(false) };
  });
}

function mean(terms: readonly number[]): number {
  return terms.length === 0 ? 0 : terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

function hardByLoops({ margin, squared }: HardOptions): LossByLoops {
  return (x, _, labels) => {
    const terms: number[] = [];
    for (const { positives, negatives } of compare(x, labels, squared)) {
      if (positives.length === 0 || negatives.length === 0) continue;
      const excess = Math.max(...positives) - Math.min(...negatives);
      terms.push(margin === "soft" ? Math.log(1 + Math.exp(excess)) : Math.max(0, margin + excess));
    }
    return mean(terms);
  };
}

function semiHardByLoops({ margin, squared }: SemiHardOptions): LossByLoops {
  return (x, _, labels) => {
    const terms: number[] = [];
    for (const { positives, negatives } of compare(x, labels, squared)) {
      if (negatives.length === 0) continue;
      for (const positive of positives) {
        const farther = negatives.filter((negative) => negative > positive);
        const negative = farther.length > 0 ? Math.min(...farther) : Math.max(...negatives);
        terms.push(Math.max(0, margin + positive - negative));
      }
    }
    return mean(terms);
  };
}

const hard = (options: HardOptions) => (x: Tensor, labels: Tensor) =>
  batchHardTripletLoss(x, labels, options);
const semiHard = (options: SemiHardOptions) => (x: Tensor, labels: Tensor) =>
  semiHardTripletLoss(x, labels, options);
const chord = (angle: number): number => 2 * Math.sin(angle / 2);

describe("batchHardTripletLoss", () => {
  lossSuite<HardOptions>({
    of: "labels",
    build: hard,
    byLoops: hardByLoops,
    // JSON's types do not tell the word "soft" from any other.
    golden: golden.batchHard as readonly GoldenLoss<HardOptions>[],
    options: [
      { margin: 0.25, squared: false },
      { margin: 1, squared: true },
      { margin: "soft", squared: false },
    ],
  });

  it("has its closed form for rows at known angles", () => {
    const { loss } = exactly(
      hard({ margin: 0.5, squared: false }),
      atAngles([0, 0.5, 0.7, 1.5], [1, 1, 2, 2]),
    );
    const terms = [
      chord(0.5) - chord(0.7),
      chord(0.5) - chord(0.2),
      chord(0.8) - chord(0.2),
      chord(0.8) - chord(1),
    ];
    expect(loss).toBeCloseTo(mean(terms.map((excess) => Math.max(0, 0.5 + excess))), 12);
  });

  it("is 0 where an anchor is nearer to all positives than to any negative by the margin", () => {
    const { loss, gradients } = exactly(batchHardTripletLoss, atAngles([0, 0.1, 2, 2.1], [1, 1, 2, 2]));
    expect(loss).toBe(0);
    expectClose(gradients[0]!, new Float64Array(8), 0);
  });

  it("is the margin where all rows are one, with a finite gradient", () => {
    const { loss, gradients } = exactly(
      hard({ margin: 0.25, squared: false }),
      atAngles([1, 1, 1, 1], [1, 1, 2, 2]),
    );
    expect(loss).toBeCloseTo(0.25, 7);
    expect(Array.from(gradients[0]!).every(Number.isFinite)).toBe(true);
  });

  it("has by default a margin of 0.2 between distances, and refuses a margin that is not above 0", () => {
    const batch = draw({ batch: 9, dim: 4, seed: 3, of: "labels" });
    expectSame(
      exactly(batchHardTripletLoss, batch),
      exactly(hard({ margin: 0.2, squared: false }), batch),
      0,
    );
    expect(() => exactly(hard({ margin: -1, squared: false }), batch)).toThrow(KindredError);
  });
});

describe("semiHardTripletLoss", () => {
  lossSuite<SemiHardOptions>({
    of: "labels",
    build: semiHard,
    byLoops: semiHardByLoops,
    golden: golden.semiHard,
    options: [
      { margin: 0.25, squared: false },
      { margin: 1, squared: true },
    ],
  });

  it("takes the nearest negative beyond the positive, else the farthest negative", () => {
    // From 0 the positive is at 1, negatives at 0.9, 1.2 and 1.3; from 1 all negatives are nearer than 0.
    const batch = atAngles([0, 1, 0.9, 1.2, 1.3], [1, 1, 2, 3, 4]);
    const { loss } = exactly(semiHard({ margin: 0.5, squared: false }), batch);
    expect(loss).toBeCloseTo((0.5 + chord(1) - chord(1.2) + (0.5 + chord(1) - chord(0.3))) / 2, 7);
  });

  it("has by default a margin of 0.2 between squared distances, and refuses a margin that is not above 0", () => {
    const batch = draw({ batch: 9, dim: 4, seed: 3, of: "labels" });
    expectSame(
      exactly(semiHardTripletLoss, batch),
      exactly(semiHard({ margin: 0.2, squared: true }), batch),
      0,
    );
    expect(() => exactly(semiHard({ margin: 0, squared: false }), batch)).toThrow(KindredError);
  });
});
