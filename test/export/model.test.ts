import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Encoder, InputError, initialState, Model, Rng } from "../../src/index.node.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { configuredParts, encoderFingerprint, imageModel } from "../../src/runs/index.ts";
import { drawnPixels, madeRun } from "./madeRun.fixture.ts";

const preprocessing = { size: 24, channels: 3, fit: "contain" } as const;
const options = { device: "cpu", threads: 1 } as const;

describe("the model of a run", () => {
  let folder: string;
  let fingerprint: string;
  const at = (...parts: string[]) => join(folder, ...parts);
  const picture = (seed: number) => ({ data: drawnPixels(30, 20, seed), width: 30, height: 20 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-model-"));
    const { config, weights } = await madeRun(at("run"), { preprocessing, classes: ["cat", "dog"] });
    const { encoder } = configuredParts(config);
    await new RunFolder(at("run")).writeModel(imageModel(encoder, config, weights, 0));
    fingerprint = await encoderFingerprint(weights, config.towers.image);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("embeds as the run's encoder does, also without the rest of the run", async () => {
    await cp(at("run", "model"), at("alone"), { recursive: true });
    const encoder = await Encoder.load(at("run"), { ...options, checkpoint: 0 });
    const expected = await encoder.embed([picture(1), picture(2)]);
    for (const source of [at("run"), at("run", "model"), at("alone")]) {
      const model = await Model.load(source, options);
      expect([model.modalities, model.dim, model.epoch]).toEqual([["image"], 16, 0]);
      expect(model.fingerprint).toBe(fingerprint);
      expect(await model.embed([{ image: picture(1) }, { image: picture(2) }])).toEqual(expected);
      await model.dispose();
    }
    const tower = await Encoder.load(at("alone"), options);
    expect([tower.preprocessing, tower.classes]).toEqual([preprocessing, ["cat", "dog"]]);
    await Promise.all([encoder.dispose(), tower.dispose()]);
  });

  it("is taken for the run only where both of its files are of the newest checkpoint", async () => {
    await cp(at("run"), at("killed"), { recursive: true });
    const folder = new RunFolder(at("killed"));
    const config = await folder.readConfig();
    const { encoder } = configuredParts(config);
    const other = initialState(encoder, (name) => Rng.of(2, "other", name));
    const expected = await fingerprintOf(at("killed"));
    const json = await readFile(at("killed", "model", "model.json"));
    await folder.writeModel(imageModel(encoder, config, other, 1));
    // Killed between its two files.
    await writeFile(at("killed", "model", "model.json"), json);
    expect(await fingerprintOf(at("killed"))).toBe(expected);
    // Stopped within an epoch: of no checkpoint.
    await folder.writeModel(imageModel(encoder, config, other, null));
    expect(await fingerprintOf(at("killed"))).toBe(expected);
    const model = await Model.load(at("killed"), options);
    expect([model.epoch, model.fingerprint === expected]).toEqual([null, false]);
    await model.dispose();
  });

  async function fingerprintOf(run: string): Promise<string | null> {
    const loaded = await Encoder.load(run, options);
    const { fingerprint } = loaded;
    await loaded.dispose();
    return fingerprint;
  }

  it("says what is missing or does not belong together", async () => {
    const refusal = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => "taken",
        (error: unknown) => (error instanceof InputError ? error.message : String(error)),
      );
    const model = await Model.load(at("run"), options);
    expect(await refusal(model.embed([{ image: picture(1) }, { text: "a cat" } as never]))).toBe(
      "query 1 is of text, expected one of image, as this model takes",
    );
    await model.dispose();
    expect(await refusal(Model.load(at("nothing"), options))).toMatch(
      /nothing holds no model \(no model\.json\)/,
    );
    await cp(at("run", "model"), at("mixed"), { recursive: true });
    const file = at("mixed", "model.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll(fingerprint, "0".repeat(64)));
    expect(await refusal(Model.load(at("mixed"), options))).toMatch(
      /image\.onnx is not the tower that .*model\.json names \(fingerprint [0-9a-f]{64}, expected 0{64}\)/,
    );
    await writeFile(file, text.replace("image.onnx", "../run/model/image.onnx"));
    expect(await refusal(Model.load(at("mixed"), options))).toMatch(
      /model\.json: towers\.image\.file: expected the name of an ONNX file beside it/,
    );
    await writeFile(file, text.replace('"dim": 16', '"dim": "many"'));
    expect(await refusal(Model.load(at("mixed"), options))).toMatch(/model\.json: dim: .* received "many"/);
  });
});
