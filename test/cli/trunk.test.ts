import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as ort from "onnxruntime-node";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { chosenTrunk } from "../../src/cli/train/trainTrunk.ts";
import {
  compactEncoder,
  gatherImages,
  type ImageDataset,
  resnetEncoder,
} from "../../src/modality/image/index.ts";
import { initialState, parameterCount } from "../../src/nn/index.ts";
import { withDataBeside } from "../../src/onnx/externalData.fixture.ts";
import { sha256Of } from "../../src/platform/node/files/sha256.ts";
import { exportEncoder } from "../../src/train/index.ts";
import { mnist, split, writeIdxFolder } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readEmbeddings } from "./readEmbeddings.fixture.ts";

const folder = temporaryFolder();
const inCache = (): { env: Record<string, string> } => ({ env: { KINDRED_CACHE: folder.at("cache") } });
/** Commands take their time where others compute beside them. */
const patience = 600_000;
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
  trunk = folder.at("models", "an extractor.onnx");
  await writeFile(trunk, trunkBytes(3));
});

/** A small convolutional network with weights drawn by a seed. */
function trunkBytes(seed: number): Uint8Array {
  const encoder = compactEncoder({ width: 8, dim: 40 });
  return exportEncoder(
    encoder,
    initialState(encoder, (name) => Rng.of(seed, name)),
  );
}

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
      expect(Object.keys(evaluated).slice(0, 4)).toEqual(["encoder", "untrained", "pixels", "trunk"]);
      expect(evaluated.encoder.mapAtR).toBeGreaterThan(evaluated.trunk.mapAtR + 0.2);
      expect(evaluated.encoder.knn1).toBeGreaterThan(0.65);
      // The test pictures' have been added.
      expect(await readdir(folder.at("cache", "features"))).toHaveLength(3);

      const out = folder.at("test.npy");
      await kindredOk(["embed", "--run", run, "--split", "test", "--out", out], inCache());
      const { vectors, dim } = await readEmbeddings(out);
      const session = await ort.InferenceSession.create(folder.at("run", "model", "image.onnx"));
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
      // The run holds its trunk: the file may be another by now, or lie elsewhere.
      const moved = folder.at("models", "moved.onnx");
      await rename(own, moved);
      await writeFile(own, "another");
      const embed = ["embed", "--run", run, "--out", folder.at("x.npy")];
      await kindredOk(embed, inCache());
      await kindredOk(["train", "--resume", "--trunk", moved, "--epochs", "3", "--out", run], inCache());
      expect(JSON.parse(await readFile(folder.at("resumed", "config.json"), "utf8")).towers.image.trunk).toBe(
        moved,
      );
      await writeFile(own, trunkBytes(5));
      expect(await kindred(["train", "--resume", "--trunk", own, "--out", run], inCache())).toMatchObject({
        code: 2,
        stderr: `kindred: ${own} is another trunk than the run was begun with (SHA-256 ${sha256Of(trunkBytes(5))}, was ${was}): bring the old file back, or begin a new run\n`,
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

  it(
    "takes picture files at the trunk's size, grey ones for three channels, weights beside it, and from any folder",
    async () => {
      const colour = compactEncoder({ channels: 3, size: 20, width: 4, dim: 6 });
      const whole = exportEncoder(
        colour,
        initialState(colour, (name) => Rng.of(1, name)),
      );
      const { model, data } = withDataBeside(whole, "model.onnx.data");
      const place = folder.at("exported");
      await mkdir(place);
      await writeFile(folder.at("exported", "model.onnx"), model);
      await writeFile(folder.at("exported", "model.onnx.data"), data);
      for (const [label, name] of ["light", "dark"].entries()) {
        await mkdir(folder.at("photos", name), { recursive: true });
        for (let i = 0; i < 12; i++) {
          const pixels = Uint8Array.from({ length: 900 }, (_, at) => 200 * label + ((at * (i + 3)) % 50));
          await sharp(pixels, { raw: { width: 30, height: 30, channels: 1 } })
            .png()
            .toFile(folder.at("photos", name, `${i}.png`));
        }
      }
      const run = folder.at("photo run");
      const flags = ["--epochs", "1", "--batch-size", "8", "--no-record", "--out", run];
      const file = folder.at("exported", "model.onnx");
      const { stderr } = await kindredOk(
        ["train", "--data", folder.at("photos"), "--trunk", file, "--recipe", "fast", ...flags],
        inCache(),
      );
      expect(stderr).toContain(`trunk: ${file} takes 3 x 20 x 20 and gives embedding, 6 numbers\n`);
      expect(stderr).toContain("the pictures are grey and the trunk takes 3 channels: each gets the same\n");
      const config = JSON.parse(await readFile(folder.at("photo run", "config.json"), "utf8"));
      expect(config.towers.image.preprocessing).toEqual({ size: 20, channels: 1, fit: "cover" });
      expect(config.towers.image.encoder).toMatchObject({ channels: 1, size: 20, trunk: { channels: 3 } });
      await rm(place, { recursive: true });
      await rm(folder.at("cache"), { recursive: true });
      const one = folder.at("photos", "dark", "0.png");
      await kindredOk(["eval", "--run", run], inCache());
      await kindredOk(["index", "--run", run, "--out", folder.at("photo run", "index.lance")], inCache());
      await kindredOk(["search", "--run", run, one], inCache());
      await kindredOk(["export", "--run", run, "--format", "onnx"], inCache());
      const resume = await kindredOk(["train", "--resume", "--epochs", "2", "--out", run], inCache());
      expect(resume.stderr).toContain("epoch 2/2");
      // Of the run and of its export: no other file is needed.
      for (const path of [
        ["model", "image.onnx"],
        ["export", "encoder.onnx"],
      ]) {
        await (await ort.InferenceSession.create(folder.at("photo run", ...path))).release();
      }
    },
    patience,
  );

  it("refuses its options without it", async () => {
    await expect(chosenTrunk({ pool: "cls" })).rejects.toThrow(
      "--pool cls is for a trunk, expected --trunk beside it: leave it out",
    );
    await expect(chosenTrunk({ trunkOutput: "y" })).rejects.toThrow(
      "--trunk-output y is for a trunk, expected --trunk beside it: leave it out",
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
      expect(config.towers.image.encoder).toEqual({
        ...{ name: "resnet", channels: 1, size: 28, dim: 64, width: 4, depth: 2 },
      });
      expect(config.towers.image.trunk).toBeNull();
    },
    patience,
  );
});
