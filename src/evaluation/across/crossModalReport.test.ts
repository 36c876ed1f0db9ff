import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/acrossModalities.json" with { type: "json" };
import { AbortedError, InputError, Rng } from "../../base/index.ts";
import { unitRows } from "../../base/unitRows.ts";
import { centredUnitRows, centroid } from "./centring.ts";
import { type CrossModalOptions, crossModalReport } from "./crossModalReport.ts";
import { linearBaseline, type RawPairs } from "./linearBaseline.ts";
import type { ModalityEmbeddings } from "./modalityEmbeddings.ts";
import { modalityGap } from "./modalityGap.ts";
import { mapped, ridgeProblem } from "./ridge.ts";
import { similaritiesAcross } from "./similaritiesAcross.ts";
import { classPrototypes, zeroShot } from "./zeroShot.ts";

const { dim } = golden;
const image: ModalityEmbeddings = {
  modality: "image",
  labels: golden.imageLabels,
  embeddings: Float32Array.from(golden.image),
  dim,
};
const text: ModalityEmbeddings = {
  modality: "text",
  labels: golden.textLabels,
  embeddings: Float32Array.from(golden.text),
  dim,
};
const options: CrossModalOptions = { seed: 3, samples: 50 };

describe("measures of a joint space", () => {
  it("classify without training as numpy's prompt ensembling does", async () => {
    const shot = (await zeroShot(image, classPrototypes(text), { rng: Rng.of(1), samples: 50 }))!;
    expect(shot.accuracy.value).toBeCloseTo(golden.zeroShot.accuracy, 12);
    expect(shot.meanPerClass).toBeCloseTo(golden.zeroShot.meanPerClass, 12);
    expect([shot.queries, shot.withoutPrompt]).toEqual([88, 2]);
    const tied = classPrototypes({ labels: [0, 1], embeddings: Float32Array.of(1, 0, 2, 0), dim: 2 });
    const asked = { labels: [0], embeddings: Float32Array.of(3, 0), dim: 2 };
    expect((await zeroShot(asked, tied, { rng: Rng.of(1) }))!.accuracy.value).toBe(0);
  });

  it("give the ridge regression of scikit-learn", async () => {
    const { x, y, alpha, coef, predicted } = golden.ridge;
    const problem = await ridgeProblem(Float32Array.from(x), Float32Array.from(y), 40);
    const map = problem.solve(alpha);
    for (const [at, weight] of map.weights.entries()) expect(weight).toBeCloseTo(coef[at]!, 6);
    for (const [at, value] of mapped(map, Float32Array.from(x)).entries()) {
      expect(value + map.yMean[at % 3]!).toBeCloseTo(predicted[at]!, 5);
    }
    await expect(ridgeProblem(new Float32Array(600), new Float32Array(1), 1)).rejects.toThrow(/600 columns/);
  });

  it("tell clouds apart as scikit-learn's logistic regression does, to 0.015, and not what is one cloud", async () => {
    const cloud = (modality: string, numbers: readonly number[]): ModalityEmbeddings => ({
      modality,
      labels: Array.from({ length: numbers.length / dim }, (_, row) => row),
      embeddings: Float32Array.from(numbers),
      dim,
    });
    const { a, b, logistic } = golden.clouds;
    const { separability } = await modalityGap(cloud("a", a), cloud("b", b), Rng.of(1));
    expect(Math.abs(separability! - logistic)).toBeLessThan(0.015);
    const halves = await modalityGap(
      cloud("a", a.slice(0, a.length / 2)),
      cloud("b", a.slice(a.length / 2)),
      Rng.of(1),
    );
    expect(Math.abs(halves.separability! - 0.5)).toBeLessThan(0.08);
    expect((await modalityGap(image, text, Rng.of(1))).distance).toBeCloseTo(golden.distance, 6);
    const few = cloud("a", a.slice(0, 9 * dim));
    expect((await modalityGap(few, few, Rng.of(1))).separability).toBeNull();
    const point = cloud("p", new Array<number>(20 * dim).fill(1));
    expect(await modalityGap(point, point, Rng.of(1))).toEqual({ distance: 0, separability: 0.5 });
  });

  it("centre by a given centroid", () => {
    const rows = Float32Array.of(1, 0, 0, 1);
    expect(Array.from(centroid(rows, 2))).toEqual([0.5, 0.5]);
    const half = Math.fround(Math.SQRT1_2);
    expect(Array.from(centredUnitRows(rows, 2))).toEqual([half, -half, -half, half]);
    expect(Array.from(centredUnitRows(rows, 2, [0, 0]))).toEqual([1, 0, 0, 1]);
    expect(() => centredUnitRows(rows, 2, [0])).toThrow(InputError);
  });

  it("give mean similarities of classes across modalities as loops do", async () => {
    const { labels, means } = await similaritiesAcross(image, text);
    expect(labels).not.toContain(77);
    const [u, v] = [unitRows(image.embeddings, dim), unitRows(text.embeddings, dim)];
    let [sum, count] = [0, 0];
    for (const [i, a] of golden.imageLabels.entries()) {
      for (const [j, b] of golden.textLabels.entries()) {
        if (a !== labels[2] || b !== labels[5]) continue;
        for (let k = 0; k < dim; k++) sum += u[i * dim + k]! * v[j * dim + k]!;
        count++;
      }
    }
    expect(means[2 * labels.length + 5]).toBeCloseTo(sum / count, 6);
  });

  it("find pairs by a linear map where they depend linearly, with a penalty chosen on validation", async () => {
    const rng = Rng.of(5);
    const weights = Float64Array.from({ length: 12 }, () => rng.normal());
    const pairs = (count: number): RawPairs => {
      const x = Float32Array.from({ length: count * 4 }, () => rng.normal());
      const y = new Float32Array(count * 3);
      for (let at = 0; at < y.length; at++) {
        y[at] = 5 + 0.05 * rng.normal();
        for (let i = 0; i < 4; i++) y[at]! += x[4 * Math.floor(at / 3) + i]! * weights[3 * i + (at % 3)]!;
      }
      const labels = Array.from({ length: count }, (_, row) => row);
      return { from: { labels, features: x }, to: { labels, features: y } };
    };
    const test = pairs(40);
    const input = { from: "a", to: "b", training: pairs(200), validation: pairs(40) };
    const found = await linearBaseline({ ...input, queries: test.from, pool: test.to }, { rng, samples: 20 });
    expect(found.metrics!.recallAt["5"].value).toBeGreaterThan(0.9);
    const shuffled = { ...test.to, labels: test.to.labels };
    const other = await linearBaseline(
      { ...input, queries: { ...test.from, features: test.from.features.toReversed() }, pool: shuffled },
      { rng, samples: 20 },
    );
    expect(other.metrics!.recallAt["5"].value).toBeLessThan(0.5);
  });
});

describe("crossModalReport", () => {
  it("holds every direction, plain and centred, and is the same from JSON and from the same seed", async () => {
    const full: CrossModalOptions = {
      ...options,
      prompts: text,
      untrained: [
        { ...image, embeddings: Float32Array.from(image.embeddings, (_, at) => Math.sin(7 * at)) },
        { ...text, embeddings: Float32Array.from(text.embeddings, (_, at) => Math.cos(5 * at)) },
      ],
    };
    const report = await crossModalReport([image, text], full);
    expect(report.directions.map(({ from, to }) => `${from} ${to}`)).toEqual([
      "image text",
      "text image",
      "image image",
      "text text",
    ]);
    const [across, back, , within] = report.directions;
    expect(across!.plain!.mrr.value).toBeCloseTo(golden.imageToText.mrr, 12);
    expect(across!.hubness.plain).toBeCloseTo(golden.imageToText.hubness, 10);
    expect(back!.centred!.mapAtR.value).toBeCloseTo(golden.textToImageCentred.mapAtR, 12);
    expect(within!.plain!.ndcgAt10.value).toBeCloseTo(golden.withinText.ndcgAt10, 12);
    expect(across!.untrained!.mrr.value).toBeLessThan(across!.plain!.mrr.value);
    expect(report.zeroShot[0]!.accuracy.value).toBeCloseTo(golden.zeroShot.accuracy, 12);
    expect(report.gaps[0]!.plain.distance).toBeCloseTo(golden.distance, 6);
    expect(report.gaps[0]!.centred.distance).toBeLessThan(report.gaps[0]!.plain.distance / 2);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(await crossModalReport([image, text], full)).toEqual(report);
  });

  it("sets a direction that was never trained beside one that was", async () => {
    const { directions } = await crossModalReport([image, text], options);
    const metrics = directions[0]!.plain!;
    const again = await crossModalReport([image, text], {
      ...options,
      direct: [{ from: "image", to: "text", metrics }],
    });
    expect(again.directions[0]!.emergent!.recallAt["1"]).toBe(1);
    expect(again.directions[1]!.emergent).toBeNull();
  });

  it("refuses what is no space, and stops by its signal", async () => {
    const wrong: readonly (readonly [ModalityEmbeddings[], RegExp])[] = [
      [[], /no modality is given/],
      [[image, image], /image is given twice/],
      [[{ ...image, labels: [1] }], /image has 1 labels and 540 numbers, expected 1 rows x dim 6 = 6/],
      [
        [image, { ...text, dim: 3, labels: new Array(260).fill(0) }],
        /dim of text is 3 and that of image is 6/,
      ],
      [
        [{ ...image, embeddings: image.embeddings.with(9, Number.NaN) }],
        /row 1 of the image embeddings holds NaN/,
      ],
    ];
    for (const [modalities, message] of wrong) {
      await expect(crossModalReport(modalities, options)).rejects.toThrow(message);
      await expect(crossModalReport(modalities, options)).rejects.toThrow(InputError);
    }
    const signal = AbortSignal.abort();
    await expect(crossModalReport([image, text], { ...options, signal })).rejects.toThrow(AbortedError);
  });
});
