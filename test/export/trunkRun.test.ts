import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { Encoder } from "../../src/index.node.ts";
import { compactEncoder } from "../../src/modality/image/index.ts";
import { initialState } from "../../src/nn/index.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import { exportRun } from "../../src/platform/node/export/exportRun.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { embeddingGraph, exportEncoder } from "../../src/train/index.ts";
import { cropped, mnist, writeCsv } from "../cli/dataFiles.fixture.ts";
import { kindredOk } from "../cli/kindred.fixture.ts";
import { drawnFile } from "./madeRun.fixture.ts";

const size = 16;

/** A frozen trunk that takes any number of pictures, and one that takes just four. */
describe.each([
  ["any number of pictures", null],
  ["four pictures at a time", 4],
])("a run with a frozen trunk for %s", (_, batch) => {
  let folder: string;
  const at = (...parts: string[]) => join(folder, ...parts);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-trunk-"));
    await writeCsv(at("digits.csv"), cropped(await mnist(80), size));
    const trunk = compactEncoder({ channels: 1, size, dim: 12, width: 4 });
    const state = initialState(trunk, (name) => Rng.of(3, name));
    const fixed = () => encodeModel(embeddingGraph(trunk, batch ?? 1), { parameters: state });
    await writeFile(at("trunk.onnx"), batch === null ? exportEncoder(trunk, state) : fixed());
    await kindredOk(
      [
        ...["train", "--data", at("digits.csv"), "--trunk", at("trunk.onnx"), "--recipe", "fast"],
        ...["--validation", "0", "--epochs", "1", "--batch-size", "40", "--no-record", "--out", at("run")],
      ],
      { env: { KINDRED_CACHE: at("cache") } },
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is exported with the trunk inside, which gives what the run gives", async () => {
    const files: string[] = [];
    for (let seed = 0; seed < 6; seed++) files.push(await drawnFile(at(`${seed}.png`), 30, 30, seed));
    const { out } = await exportRun(new RunFolder(at("run")), { format: "onnx", out: at("it.onnx") });
    // The trunk's own file is not needed any more.
    const run = await Encoder.load(at("run"), { device: "cpu" });
    await rm(at("trunk.onnx"));
    const exported = await Encoder.load(out, { device: "cpu" });
    const [ours, theirs] = [await run.embed(files), await exported.embed(files)];
    expect(theirs).toHaveLength(6);
    for (const [i, vector] of ours.entries()) {
      expect(vector.reduce((most, x, k) => Math.max(most, Math.abs(x - theirs[i]![k]!)), 0)).toBeLessThan(
        1e-5,
      );
    }
    expect(run.similarity(ours[0]!, ours[1]!)).toBeLessThan(0.99999);
    expect(exported.fingerprint).toBe(run.fingerprint);
    await Promise.all([run.dispose(), exported.dispose()]);
    const card = await readFile(`${out}.md`, "utf8");
    expect(card.includes("Its frozen trunk takes just 4 pictures at a time.")).toBe(batch === 4);
  });

  it("is exported for Transformers.js, and as weights that say they are the head alone", async () => {
    const trunk = compactEncoder({ channels: 1, size, dim: 12, width: 4 });
    const state = initialState(trunk, (name) => Rng.of(3, name));
    const fixed = () => encodeModel(embeddingGraph(trunk, batch ?? 1), { parameters: state });
    await writeFile(at("trunk.onnx"), batch === null ? exportEncoder(trunk, state) : fixed());
    await exportRun(new RunFolder(at("run")), { format: "transformersjs", out: at("js") });
    env.allowRemoteModels = false;
    env.localModelPath = folder;
    const extract = await pipeline("image-feature-extraction", "js", { local_files_only: true });
    const files: string[] = [];
    for (let seed = 0; seed < 4; seed++)
      files.push(await drawnFile(at(`native${seed}.png`), size, size, seed));
    const run = await Encoder.load(at("run"), { device: "cpu" });
    const ours = await run.embed(files);
    const theirs = (await extract(files)).data as Float32Array;
    const flat = ours.flatMap((vector) => [...vector]);
    expect(flat.reduce((most, x, i) => Math.max(most, Math.abs(x - theirs[i]!)), 0)).toBeLessThan(1e-5);
    await Promise.all([run.dispose(), extract.dispose()]);
    const { out } = await exportRun(new RunFolder(at("run")), { format: "pt", out: at("it.pt") });
    expect(await readFile(`${out}.md`, "utf8")).toMatch(
      /\*\*This file holds the projection head alone\. It takes the features of the frozen trunk `.+` \(SHA-256 [0-9a-f]{64}\), which is not inside; an export as ONNX holds both\.\*\*/,
    );
  });
});
