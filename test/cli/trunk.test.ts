import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { chosenTrunk } from "../../src/cli/trunkOptions.ts";
import { gatherImages, type ImageDataset } from "../../src/data/index.ts";
import { compactEncoder, initialState, parameterCount, resnetEncoder } from "../../src/nn/index.ts";
import { sha256Of } from "../../src/platform/node/trunk.ts";
import { exportEncoder } from "../../src/train/index.ts";
import { mnist, split, writeIdxFolder } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readEmbeddings } from "./readEmbeddings.fixture.ts";

const folder = temporaryFolder();
const inCache = (): { env: Record<string, string> } => ({ env: { KINDRED_CACHE: folder.at("cache") } });
/** Commands take their time where others compute beside them. */
const patience = 300_000;
let pictures: ImageDataset;
let trunk: string;

const train = (...flags: string[]): string[] => [
  ...["train", "--data", folder.at("idx"), "--limit", "800", "--validation", "200"],
  ...["--recipe", "fast", "--epochs", "8", ...flags],
];

beforeAll(async () => {
  pictures = await mnist(900);
  await writeIdxFolder(folder.at("idx"), split(pictures, 800));
  await mkdir(folder.at("models"));
  const encoder = compactEncoder({ width: 8, dim: 40 });
  const state = initialState(encoder, (name) => Rng.of(3, name));
  trunk = folder.at("models", "an extractor.onnx");
  await writeFile(trunk, exportEncoder(encoder, state));
});

describe("kindred train --trunk", () => {
  it(
    "trains a head on features that are made once, and the run works like any other",
    async () => {
      const run = folder.at("run");
      const first = await kindredOk(train("--trunk", trunk, "--out", run), inCache());
      expect(first.stderr).toMatch(/^features .*800 of 800 pictures$/m);
      // Batch norm of 40 features, linear to 256, linear to 64.
      const parameters = 2 * 40 + 41 * 256 + 257 * 64;
      expect(first.stderr).toContain(
        `head encoder (${parameters.toLocaleString("en")} parameters, hidden 256, on 40 features, dim 64), loss supcon`,
      );
      expect(await readdir(folder.at("cache", "features"))).toHaveLength(2);

      const again = await kindredOk(train("--trunk", trunk, "--out", folder.at("again")), inCache());
      expect(again.stderr).not.toMatch(/^features/m);
      const losses = async (name: string): Promise<unknown[]> => {
        const text = await readFile(folder.at(name, "metrics.jsonl"), "utf8");
        return text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).trainLoss);
      };
      expect(await losses("again")).toEqual(await losses("run"));

      const evaluated = JSON.parse((await kindredOk(["eval", "--run", run, "--json"], inCache())).stdout);
      expect(Object.keys(evaluated)).toEqual(["encoder", "untrained", "pixels", "trunk"]);
      expect(evaluated.encoder.mapAtR).toBeGreaterThan(evaluated.trunk.mapAtR + 0.2);
      expect(evaluated.encoder.knn1).toBeGreaterThan(0.65);
      // The test pictures' have been added.
      expect(await readdir(folder.at("cache", "features"))).toHaveLength(3);

      const out = folder.at("test.npy");
      await kindredOk(["embed", "--run", run, "--split", "test", "--out", out], inCache());
      const { vectors, dim } = await readEmbeddings(out);
      const session = await ort.InferenceSession.create(folder.at("run", "encoder.onnx"));
      const rows = Uint32Array.from({ length: 100 }, (_, i) => 800 + i);
      const images = new ort.Tensor("float32", gatherImages(pictures, rows), [100, 1, 28, 28]);
      const { embedding } = await session.run({ images });
      expect(embedding!.dims).toEqual([100, dim]);
      const composed = embedding!.data as Float32Array;
      const worst = vectors.reduce((most, value, i) => Math.max(most, Math.abs(value - composed[i]!)), 0);
      expect(worst).toBeLessThan(1e-5);
    },
    patience,
  );

  it(
    "goes on with a run as it was begun, with the same trunk only",
    async () => {
      const own = folder.at("models", "own.onnx");
      await writeFile(own, await readFile(trunk));
      const run = folder.at("resumed");
      const how = ["--trunk", own, "--hidden", "0", "--trunk-mean", "0.25", "--loss", "cosine-pair"];
      await kindredOk(train(...how, "--epochs", "1", "--out", run), inCache());
      await kindredOk(["train", "--resume", ...how, "--epochs", "2", "--out", run], inCache());
      const other = ["train", "--resume", "--trunk-mean", "0.5", "--out", run];
      expect(await kindred(other, inCache())).toMatchObject({
        code: 2,
        stderr: `kindred: --trunk-mean 0.5 differs from the 0.25 that the run in ${run} was begun with: leave it out to resume\n`,
      });
      const was = sha256Of(await readFile(own));
      await writeFile(own, "another");
      const embed = ["embed", "--run", run, "--out", folder.at("x.npy")];
      expect(await kindred(embed, inCache())).toMatchObject({
        code: 2,
        stderr: `kindred: ${own} is another trunk than the run was begun with (SHA-256 ${sha256Of("another")}, was ${was}): bring the old file back, or begin a new run\n`,
      });
    },
    patience,
  );

  it(
    "refuses pictures of another size than the trunk's, and leaves nothing behind",
    async () => {
      const colour = resnetEncoder({ channels: 3, size: 16, width: 2 });
      const file = folder.at("models", "colour.onnx");
      await writeFile(
        file,
        exportEncoder(
          colour,
          initialState(colour, (name) => Rng.of(1, name)),
        ),
      );
      expect(await kindred(train("--trunk", file, "--out", folder.at("refused")))).toMatchObject({
        code: 2,
        stderr: `kindred: ${folder.at("idx")} has pictures of 1 x 28 x 28 (channels, height, width), the trunk ${file} takes 3 x 16 x 16\n`,
      });
      expect(await readdir(folder.at("."))).not.toContain("refused");
    },
    patience,
  );

  it("refuses its options without it", async () => {
    await expect(chosenTrunk({ pool: "cls" })).rejects.toThrow(
      "--pool cls is for a trunk, expected --trunk beside it: leave it out",
    );
    await expect(chosenTrunk({ hidden: 3 })).rejects.toThrow(
      "--hidden 3 is for a trunk, expected --trunk beside it: leave it out",
    );
    expect(await chosenTrunk({})).toBeNull();
  });
});

describe("kindred encoders", () => {
  it(
    "prints a table, and the same as JSON",
    async () => {
      const { stdout } = await kindredOk(["encoders", "--size", "28", "--channels", "1"]);
      const lines = stdout.trimEnd().split("\n");
      expect(lines[0]).toBe(
        "for pictures of 1 x 28 x 28 (channels, height, width) and embeddings of 64; multiplications of one picture:",
      );
      const compact = 28 ** 2 * 16 * 25 + 14 ** 2 * 32 * 16 * 9 + 7 ** 2 * 64 * 32 * 9 + 64 * 9 * 64;
      expect(lines.slice(1).map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
        ["encoder", "parameters", "multiplications", "smallest"],
        ["lesson", "904,832", "7,587,968", "10 x 10"],
        ["compact", "60,704", compact.toLocaleString("en"), "8 x 8"],
        ["resnet", "315,504", "13,023,488", "16 x 16"],
        ["convnext", "235,104", "5,637,952", "16 x 16"],
      ]);
      const tiny = JSON.parse((await kindredOk(["encoders", "--size", "12", "--dim", "8", "--json"])).stdout);
      expect(tiny).toMatchObject({ size: 12, channels: 3, dim: 8 });
      const counted = tiny.encoders.map((row: Record<string, unknown>) => [row.name, row.parameters]);
      expect(counted.slice(1)).toEqual([
        ["compact", parameterCount(compactEncoder({ size: 12, channels: 3, dim: 8 }))],
        ["resnet", null],
        ["convnext", null],
      ]);
    },
    patience,
  );

  it(
    "lists what can be trained, with its width and depth in the configuration",
    async () => {
      const small = ["--encoder", "resnet", "--width", "4", "--depth", "2", "--epochs", "1"];
      await kindredOk(train("--limit", "300", ...small, "--out", folder.at("resnet")), inCache());
      const config = JSON.parse(await readFile(folder.at("resnet", "config.json"), "utf8"));
      expect(config.encoder).toEqual({
        ...{ name: "resnet", channels: 1, size: 28, dim: 64, width: 4, depth: 2 },
      });
      expect(config.trunk).toBeNull();
    },
    patience,
  );
});
