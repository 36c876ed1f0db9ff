import { describe, expect, it } from "vitest";
import { Rng, type TensorData } from "../base/index.ts";
import { type ImageDataset, splitValidation } from "../modality/image/index.ts";
import { initialState } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { configuredParts } from "./configuredParts.ts";
import { type RunChoices, recipeConfig } from "./recipes.ts";
import { type Trained, verdictOf } from "./verdict.ts";
import { parseVerdict } from "./verdictFile.ts";
import { verdictLines } from "./verdictText.ts";

const side = 8;

/** Pictures of two classes, bright above or below, under so much noise. */
function halves(count: number, noise: number, given: Partial<ImageDataset> = {}): ImageDataset {
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2);
  const rng = Rng.of(3, "halves");
  const pixels = Uint8Array.from({ length: count * side * side }, (_, i) => {
    const bright = i % (side * side) < (side * side) / 2 === (labels[Math.floor(i / (side * side))] === 0);
    return 60 + rng.int(noise) + (bright ? 40 : 0);
  });
  return { name: "halves", count, channels: 1, height: side, width: side, pixels, labels, ...given };
}

const choices: RunChoices = {
  ...{ source: "halves", limit: null, validation: 10, seed: 1, init: null, record: false },
  ...{ channels: 1, size: side, dim: 2, width: 1, epochs: 40, batchSize: 4 },
};
const config = recipeConfig("fast", choices);
const { encoder } = configuredParts(config);

/** As it was before training, or of one embedding for all. */
function weights(kind: "untrained" | "collapsed"): ReadonlyMap<string, TensorData> {
  const state = initialState(encoder, (name) => Rng.of(1, "initial", name));
  if (kind === "collapsed") {
    (state.get("linear.weight")!.data as Float32Array).fill(0);
    (state.get("linear.bias")!.data as Float32Array).fill(1);
  }
  return state;
}

function trained(data: ImageDataset, given: Partial<Trained> = {}): Trained {
  return {
    ...{ runtime: referenceRuntime(), encoder, config, ...splitValidation(data, 10) },
    ...{ weights: weights("untrained"), epoch: 40, epochs: 40, ...given },
  };
}

describe("a verdict", () => {
  it("measures encoder, untrained encoder, pixels and chance as a loop over all pictures does", async () => {
    const data = halves(30, 120);
    const verdict = (await verdictOf(trained(data)))!;
    const cosine = (a: number, b: number): number => {
      const row = (at: number) => data.pixels.subarray(at * side * side, (at + 1) * side * side);
      const dot = (x: Uint8Array, y: Uint8Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      return dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)));
    };
    let hits = 0;
    for (let query = 20; query < 30; query++) {
      const nearest = Array.from({ length: 20 }, (_, at) => at).reduce((best, at) =>
        cosine(query, at) > cosine(query, best) ? at : best,
      );
      if (nearest % 2 === query % 2) hits++;
    }
    expect(verdict).toMatchObject({
      by: "labels",
      of: "validation",
      pictures: 10,
      references: 20,
      epoch: 40,
    });
    expect([verdict.pixels.knn1, verdict.chance]).toEqual([hits / 10, 0.5]);
    expect(verdict.encoder).toEqual(verdict.untrained);
    expect(parseVerdict(JSON.stringify(verdict), "verdict.json")).toEqual(verdict);
  });

  it("says that an encoder which did not move has learned little, and what to try", async () => {
    const verdict = (await verdictOf(trained(halves(30, 250))))!;
    expect(["little", "worse"]).toContain(verdict.level);
    expect(verdict.advice).toContain("--epochs 200");
    const stopped = (await verdictOf(trained(halves(30, 250), { epochs: 12 })))!;
    expect(stopped.advice).toBe("go on with it to the last epoch (--resume --patience 0)");
  });

  it("says that one which puts all in one place is worse than the pixels", async () => {
    const verdict = (await verdictOf(trained(halves(30, 20), { weights: weights("collapsed") })))!;
    expect([verdict.level, verdict.pixels.knn1, verdict.encoder.knn1]).toEqual(["worse", 1, 0.5]);
    const [numbers, warning] = verdictLines(verdict);
    expect(numbers).toMatch(
      /^1-NN, 10-NN, MAP@R of 10 validation pictures among 20: 0\.50, .* \(untrained .*, pixels 1\.00, .*, chance 0\.50\)$/,
    );
    expect(warning).toMatch(/^this encoder is worse than (before training|the pixels by themselves): /);
  });

  it("goes by variations where labels tell nothing, of training pictures where there are no others", async () => {
    const views = recipeConfig("simclr", { ...choices, seed: 1 });
    for (const data of [
      halves(30, 120, { labelled: false }),
      halves(30, 120, { labels: new Int32Array(30) }),
    ]) {
      const verdict = (await verdictOf(trained(data, { config: views })))!;
      expect(verdict).toMatchObject({ by: "variations", of: "validation", pictures: 10, chance: 0.1 });
      expect(verdict.encoder).toEqual({ ...verdict.untrained, knn10: null, mapAtR: null });
    }
    const whole = splitValidation(halves(30, 120, { labelled: false }), 0);
    expect(await verdictOf(trained(halves(30, 120), { ...whole, config: views }))).toMatchObject({
      ...{ by: "variations", of: "training", pictures: 30 },
    });
  });

  it("has no advice for an encoder that finds all, as the untrained one does", async () => {
    const verdict = (await verdictOf(trained(halves(30, 1))))!;
    expect([verdict.untrained.mapAtR, verdict.encoder.mapAtR]).toEqual([1, 1]);
    expect([verdict.level, verdict.advice]).toEqual(["learned", null]);
  });

  it("is none where no validation picture is of a class that was trained on", async () => {
    const { training, validation } = splitValidation(halves(30, 120), 10);
    const others = { ...validation, labels: validation.labels.map((label) => label + 5) };
    expect(await verdictOf(trained(halves(30, 120), { training, validation: others }))).toBe(null);
    expect(await verdictOf(trained(halves(30, 120), splitValidation(halves(30, 120), 0)))).toBe(null);
  });

  it("looks among pictures from all of a sorted set", async () => {
    const sorted = halves(2400, 20);
    const labels = Int32Array.from({ length: 2400 }, (_, row) => (row < 2200 ? 0 : 1));
    const training = { ...sorted, labels };
    const { validation } = splitValidation(halves(30, 20), 10);
    const verdict = (await verdictOf(trained(sorted, { training, validation })))!;
    expect(verdict.references).toBe(2000);
    expect(verdict.chance).toBeCloseTo((0.5 * 2200 + 0.5 * 200) / 2400);
  });

  it("is refused from other text", () => {
    expect(() => parseVerdict("{", "verdict.json")).toThrow("verdict.json is not JSON");
    expect(() => parseVerdict('{"version":1,"by":"luck"}', "verdict.json")).toThrow(/^verdict\.json: by: /);
  });
});
