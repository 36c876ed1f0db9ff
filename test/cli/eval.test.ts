import { readFile, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation } from "../../src/evaluation/index.ts";
import { type ImageDataset, mixed, pixelsPerImage, sliceImages } from "../../src/modality/image/index.ts";
import { drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { cropped, mnist, split, writeCsv, writeIdxFolder } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readMetrics } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
type Evaluations = Readonly<Record<"encoder" | "untrained" | "pixels", Evaluation>>;
let training: ImageDataset;
let validation: ImageDataset;
let evaluations: Evaluations;

interface Evaluated extends Evaluations {
  readonly queries: number;
  readonly references: number;
  readonly among: string;
  readonly cannotBeRight: number;
  readonly skipped: readonly unknown[];
}

async function evaluateAll(...flags: string[]): Promise<Evaluated> {
  const { stdout } = await kindredOk(["eval", "--run", folder.at("run"), "--json", ...flags]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(stdout);
}

async function evaluate(...flags: string[]): Promise<Evaluations> {
  const {
    queries: _,
    references: __,
    among: ___,
    cannotBeRight: ____,
    skipped,
    ...rest
  } = await evaluateAll(...flags);
  expect(skipped).toEqual([]);
  return rest;
}

/** Cosine similarity of each query with each reference in float64, by three loops. */
function similarities(queries: ImageDataset, references: ImageDataset): number[][] {
  const each = pixelsPerImage(queries);
  const row = ({ pixels }: ImageDataset, i: number) => [...pixels.subarray(i * each, (i + 1) * each)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const rows = Array.from({ length: references.count }, (_, i) => row(references, i));
  return Array.from({ length: queries.count }, (_, i) => {
    const query = row(queries, i);
    return rows.map((other) => dot(query, other) / Math.sqrt(dot(query, query) * dot(other, other)));
  });
}

beforeAll(async () => {
  const pictures = cropped(await mnist(360), 16);
  await writeCsv(folder.at("digits.csv"), pictures);
  const size = ["--recipe", "lesson", "--validation", "60", "--epochs", "2", "--batch-size", "32"];
  await kindredOk(["train", "--data", folder.at("digits.csv"), ...size, "--out", folder.at("run")]);
  const { seed } = JSON.parse(await readFile(folder.at("run", "config.json"), "utf8"));
  ({ train: training, test: validation } = split(mixed(pictures, seed), 300));
  evaluations = await evaluate();
});

describe("kindred eval", () => {
  it("prints every metric of encoder, untrained encoder and pixels as one JSON object", () => {
    expect(Object.keys(evaluations)).toEqual(["encoder", "untrained", "pixels"]);
    for (const evaluation of Object.values(evaluations)) {
      const { recallAt, ...rest } = evaluation;
      expect(Object.keys(rest).sort()).toEqual(["alike", "knn1", "knn10", "mapAtR", "silhouette", "unalike"]);
      expect(Object.keys(recallAt)).toEqual(["1", "5", "10"]);
      for (const value of [...Object.values(rest), ...Object.values(recallAt)]) {
        expect(value).toBeGreaterThanOrEqual(-1);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(evaluation.knn1).toBe(recallAt["1"]);
    }
    expect(evaluations.encoder).not.toEqual(evaluations.untrained);
  });

  it("agrees with plain loops over the pixels", () => {
    const similarity = similarities(validation, training);
    let hits = 0;
    const recalled = { "1": 0, "5": 0, "10": 0 };
    for (const [query, row] of similarity.entries()) {
      const label = validation.labels[query];
      const ranked = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
      const matches = ranked.map((reference) => training.labels[reference] === label);
      if (matches[0]) hits++;
      for (const k of ["1", "5", "10"] as const)
        if (matches.slice(0, Number(k)).includes(true)) recalled[k]++;
    }
    const { pixels } = evaluations;
    expect(pixels.knn1).toBe(hits / validation.count);
    for (const k of ["1", "5", "10"] as const)
      expect(pixels.recallAt[k]).toBe(recalled[k] / validation.count);
    const pairs = { alike: [] as number[], unalike: [] as number[] };
    for (const [query, row] of similarities(validation, validation).entries()) {
      for (let other = 0; other < query; other++) {
        const alike = validation.labels[query] === validation.labels[other];
        pairs[alike ? "alike" : "unalike"].push(row[other]!);
      }
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(pixels.alike).toBeCloseTo(mean(pairs.alike), 5);
    expect(pixels.unalike).toBeCloseTo(mean(pairs.unalike), 5);
  });

  it("finds the accuracy that training watched, as it used the same pictures", async () => {
    const metrics = await readMetrics(folder.at("run"));
    expect(evaluations.encoder.knn1).toBeCloseTo(metrics[1]!.knn1!, 10);
    const first = await evaluate("--checkpoint", "0");
    expect(first.encoder.knn1).toBeCloseTo(metrics[0]!.knn1!, 10);
    expect(first.encoder).not.toEqual(evaluations.encoder);
    expect(first.pixels).toEqual(evaluations.pixels);
  });

  it("takes other pictures as queries with --data", async () => {
    const others = sliceImages(validation, 10, 50);
    await writeCsv(folder.at("others.csv"), others);
    const { pixels } = await evaluate("--data", folder.at("others.csv"));
    const hits = similarities(others, training).filter((row, query) => {
      const nearest = row.indexOf(Math.max(...row));
      return training.labels[nearest] === others.labels[query];
    });
    expect(pixels.knn1).toBe(hits.length / others.count);
    expect(pixels).not.toEqual(evaluations.pixels);
  });

  describe("of classes that were not trained on", () => {
    /** Pictures of digits under names of their own, so that each is a new class. */
    let others: ImageDataset;
    beforeAll(async () => {
      const taken = sliceImages(validation, 0, 40);
      others = { ...taken, labels: taken.labels.map((label) => (label < 5 ? label + 20 : label + 40)) };
      await writeCsv(folder.at("new.csv"), others);
    });

    it("compares the queries with each other, each without itself, and says so", async () => {
      const flags = ["--run", folder.at("run"), "--data", folder.at("new.csv")];
      const { stderr } = await kindredOk(["eval", ...flags]);
      expect(stderr).toMatch(
        /40 queries against each other, each without itself \(20, 21, .* not trained on\)/,
      );
      const all = await evaluateAll("--data", folder.at("new.csv"));
      expect(all).toMatchObject({ queries: 40, references: 39, among: "queries", cannotBeRight: 0 });
      const hits = { 1: 0, 5: 0 };
      let maps = 0;
      for (const [query, row] of similarities(others, others).entries()) {
        const ranked = [...row.keys()].filter((at) => at !== query).sort((a, b) => row[b]! - row[a]!);
        const alike = ranked.map((at) => others.labels[at] === others.labels[query]);
        for (const k of [1, 5] as const) if (alike.slice(0, k).includes(true)) hits[k]++;
        const r = alike.filter(Boolean).length;
        for (let i = 0; i < r; i++) {
          if (alike[i]) maps += alike.slice(0, i + 1).filter(Boolean).length / (i + 1) / r;
        }
      }
      expect(all.pixels.knn1).toBe(hits[1] / 40);
      expect(all.pixels.recallAt["1"]).toBe(hits[1] / 40);
      expect(all.pixels.recallAt["5"]).toBe(hits[5] / 40);
      expect(all.pixels.mapAtR).toBeCloseTo(maps / 40, 6);
    });

    it("says how many queries cannot be right, and leaves them out", async () => {
      const alone = { ...others, labels: others.labels.with(3, 99).with(7, 98) };
      await writeCsv(folder.at("alone.csv"), alone);
      const flags = ["--run", folder.at("run"), "--data", folder.at("alone.csv")];
      const { stderr, stdout } = await kindredOk(["eval", "--json", ...flags]);
      expect(stderr).toMatch(/2 of 40 queries cannot be right, as no other query is of their class/);
      const { pixels, cannotBeRight }: Evaluated = JSON.parse(stdout);
      expect(cannotBeRight).toBe(2);
      const hits = similarities(alone, alone).filter((row, query) => {
        const nearest = [...row.keys()].filter((at) => at !== query).sort((a, b) => row[b]! - row[a]!)[0]!;
        return alone.labels[nearest] === alone.labels[query];
      });
      expect(pixels.knn1).toBe(hits.length / 38);
    });

    it("compares known classes with each other where that is asked for, without the training pictures", async () => {
      await writeCsv(folder.at("known.csv"), sliceImages(validation, 0, 40));
      const data = ["--data", folder.at("known.csv"), "--among", "queries"];
      const { among, pixels } = await evaluateAll(...data);
      expect(among).toBe("queries");
      const { pixels: named } = await evaluateAll("--data", folder.at("new.csv"));
      // The same pictures and the same classes, but for their names.
      expect(pixels).toEqual(named);
    });

    it("evaluates picture files by a run on arrays, by the names of their classes", async () => {
      await writeFiles(folder.at("shapes"), await drawnFolder(["disc", "bar"], 6, { grey: true }));
      const flags = ["--run", folder.at("run"), "--data", folder.at("shapes")];
      const { stderr } = await kindredOk(["eval", ...flags]);
      expect(stderr).toMatch(
        /12 queries against each other, each without itself \(bar and disc not trained on\)/,
      );
      const refused = await kindred(["eval", ...flags, "--among", "training"]);
      expect([refused.code, refused.stdout]).toEqual([2, ""]);
      expect(refused.stderr.split("\n").at(-2)).toMatch(
        /^kindred: 12 queries of .*shapes \(bar and disc\) cannot be right: the training pictures are of others \(0, 1, 2, 3, 4 and 5 more\): .*--among queries/,
      );
      const one = await kindred(["eval", ...flags.with(3, folder.at("shapes", "bar", "1.png"))]);
      expect([one.code, one.stdout]).toEqual([2, ""]);
      expect(one.stderr.split("\n").at(-2)).toMatch(
        /^kindred: .*1\.png has 1 picture that can be read, expected at least 2/,
      );
    });
  });

  it("prints a table for people without --json", async () => {
    const { stdout } = await kindredOk(["eval", "--run", folder.at("run")]);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]!.trim().split(/\s+/)).toEqual(["encoder", "untrained", "pixels"]);
    expect(rows).toHaveLength(10);
    const numbers = (row: string) => row.trim().split(/\s+/).slice(-3);
    const of = (value: (evaluation: Evaluation) => number) =>
      Object.values(evaluations).map((evaluation) => value(evaluation).toFixed(4));
    expect(numbers(rows[1]!)).toEqual(of(({ knn1 }) => knn1));
    expect(numbers(rows[6]!)).toEqual(of(({ mapAtR }) => mapAtR));
    expect(numbers(rows[9]!)).toEqual(of(({ unalike }) => unalike));
  });
});

describe("kindred eval, bad input", () => {
  async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
    const { code, stdout, stderr } = await kindred(["eval", ...args]);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^kindred: .*\n$/);
    expect(stderr).toMatch(message);
  }

  it("names both sizes where the pictures are not of the encoder's size", async () => {
    await writeIdxFolder(folder.at("idx"), split(await mnist(40), 20));
    await expectRefused(["--run", folder.at("run"), "--data", folder.at("idx")], /1 x 28 x 28.*1 x 16 x 16/);
  });

  it("refuses a folder that holds no run, and an epoch that has no checkpoint", async () => {
    await expectRefused(["--run", folder.at("nothing")], /nothing holds no run/);
    await expectRefused(["--run", folder.at("run"), "--checkpoint", "7"], /epoch 7 has no checkpoint.*0, 1/);
  });

  it("refuses a damaged configuration or checkpoint, naming the file", async () => {
    const config = folder.at("run", "config.json");
    const text = await readFile(config, "utf8");
    for (const [damaged, message] of [
      ["{", /config\.json is not JSON/],
      [text.replace('"batchSize": 32', '"batchSize": "many"'), /config\.json: batchSize: /],
      [
        text.replace('"dim": 64', '"dim": 32'),
        /"linear1\.2\.weight" has shape \[64, ?512\], expected \[32, ?512\]/,
      ],
    ] as const) {
      await writeFile(config, damaged);
      await expectRefused(["--run", folder.at("run")], message);
    }
    await writeFile(config, text);
    const checkpoint = folder.at("run", "checkpoints", "model_epoch_1.pt");
    const bytes = await readFile(checkpoint);
    await writeFile(checkpoint, bytes.subarray(0, 1000));
    await expectRefused(["--run", folder.at("run")], /model_epoch_1\.pt/);
    await writeFile(checkpoint, bytes);
  });

  it("says that the run's data is gone", async () => {
    await rm(folder.at("digits.csv"));
    await expectRefused(["--run", folder.at("run")], /digits\.csv cannot be read: no such file/);
  });
});
