import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AudioColumn,
  audioModelTower,
  audioTower,
  Embedder,
  Encoder,
  encodeWav,
  imageModel,
  initialState,
  KindredError,
  Model,
  type ModelContents,
  modelTower,
  prepareText,
  type Recording,
  Rng,
  type Sound,
  type TextEncoderChoice,
  textColumn,
  textModelTower,
  textTower,
} from "../../src/index.node.ts";
import { nodeRuntime, readTower, writeModelFolder } from "../../src/node.ts";
import { configuredParts } from "../../src/runs/index.ts";
import { drawnPixels, madeRun } from "./madeRun.fixture.ts";

const options = { device: "cpu", threads: 1 } as const;
const preprocessing = { size: 24, channels: 3, fit: "contain" } as const;
const captions = ["a red shoe", "ein blauer Schuh", "two red shoes", "a boat on the sea", "🚀 rocket"];
const choices: readonly TextEncoderChoice[] = [
  { name: "bag", dim: 16, width: 16, buckets: 512 },
  { name: "transformer", dim: 16, width: 16, depth: 1, heads: 2, vocabulary: 300, length: 12 },
];

describe.each(choices)("a model of pictures and texts ($name)", (choice) => {
  let folder: string;
  let contents: ModelContents;
  const at = (...parts: string[]) => join(folder, ...parts);
  const picture = { data: drawnPixels(30, 20, 1), width: 30, height: 20 };
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "taken",
      (error: unknown) => String(error instanceof Error ? error.message : error).replaceAll(folder, "."),
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-towers-"));
    const { config, weights } = await madeRun(at("run"), { preprocessing });
    const pictures = imageModel(configuredParts(config).encoder, config, weights, 3);
    const preparation = await prepareText(captions, choice);
    const tower = textTower(choice, preparation);
    const state = initialState(tower, (name) => Rng.of(5, "text", name));
    const texts = textModelTower(tower, state, choice, preparation);
    contents = { ...pictures, towers: [...pictures.towers, texts] };
    await writeModelFolder(at("model"), contents);
    await writeModelFolder(at("pictures"), pictures);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("embeds each query by its tower, as training embeds columns", async () => {
    const model = await Model.load(at("model"), options);
    expect([model.modalities, model.dim, model.epoch]).toEqual([["image", "text"], 16, 3]);
    const [first, shown, ...others] = await model.embed(
      [{ text: captions[0]! }, { image: picture }, ...captions.slice(1).map((text) => ({ text }))],
      { normalize: false },
    );
    const encoder = await Encoder.load(at("run"), options);
    expect(shown).toEqual((await encoder.embed([picture], { normalize: false }))[0]);

    const [, of] = contents.towers;
    if (!of || !("tower" in of)) throw new Error("no tower of texts");
    const preparation = await prepareText(captions, choice);
    const column = textColumn(
      "captions",
      captions.map((text) => [text]),
      preparation,
    );
    const runtime = await nodeRuntime({ device: "cpu" });
    const trained = await Embedder.fixed(runtime, of.tower, of.state);
    const expected = await trained.embed(column, null);
    const found = [first!, ...others].flatMap((row) => [...row]);
    expect(Math.max(...found.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-5);
    expect(new Set(found.map((x) => x.toFixed(4))).size).toBeGreaterThan(40);

    // The finished tower embeds columns too.
    const file = at("model", "text.onnx");
    const finished = await Embedder.fixed(runtime, modelTower(await readFile(file), file, "text"), new Map());
    const again = await finished.embed(column, null, { rows: Uint32Array.of(4, 0) });
    const wanted = [...expected.subarray(64, 80), ...expected.subarray(0, 16)];
    expect(Math.max(...wanted.map((x, i) => Math.abs(x - again[i]!)))).toBeLessThan(1e-5);
    expect(await refusal(model.embed([{ text: "one" }, { text: 7 }]))).toBe(
      'query 1 is number, expected a text, such as { text: "a red shoe" }',
    );
    expect(await refusal(model.embed([{ audio: "one.wav" }]))).toBe(
      "query 0 is of audio, expected one of image, text, as this model takes",
    );
    expect(await refusal(model.embed([{ text: "one", image: picture }]))).toBe(
      "query 0 is of text and image, expected one of image, text, as this model takes",
    );
    await Promise.all([trained.dispose(), finished.dispose(), encoder.dispose(), model.dispose()]);
    await runtime.dispose();
  });

  it("keeps a tower of another model as it is", async () => {
    const [image, text] = [await readTower(at("pictures"), "image"), await readTower(at("model"), "text")];
    await writeModelFolder(at("copied"), { towers: [image, text], epoch: 3, classes: null });
    const names = await readdir(at("copied"));
    expect(names.sort()).toEqual((await readdir(at("model"))).sort());
    for (const name of names)
      expect(await readFile(at("copied", name))).toEqual(await readFile(at("model", name)));
    expect(await refusal(readTower(at("pictures"), "text"))).toBe(
      "./pictures/model.json has no tower of text, expected one of image",
    );
    const twice = writeModelFolder(at("twice"), { towers: [image, image], epoch: 3, classes: null });
    await expect(twice).rejects.toThrow(KindredError);
    await expect(twice).rejects.toThrow("a model has one tower of image, received two");
    const longer = { ...text, dim: 8 };
    await expect(
      writeModelFolder(at("twice"), { towers: [image, longer], epoch: 3, classes: null }),
    ).rejects.toThrow("the towers of a model embed in one length, received image 16, text 8");
  });

  it.runIf(choice.name === "transformer")("is refused with the tokenizer of another model", async () => {
    await cp(at("model"), at("mixed"), { recursive: true });
    const other = await prepareText([...captions, "another tokenizer for other texts"], choice);
    await writeFile(at("mixed", "text.tokenizer.json"), other.tokenizer!);
    expect(await refusal(Model.load(at("mixed"), options))).toMatch(
      /^\.\/mixed\/text\.tokenizer\.json is not the file that \.\/mixed\/model\.json names \(CRC-32 /,
    );
    await rm(at("mixed", "text.tokenizer.json"));
    expect(await refusal(Model.load(at("mixed"), options))).toMatch(/^\.\/mixed\/text\.tokenizer\.json /);
  });
});

describe("a model of sounds", () => {
  const made = { sampleRate: 8000, seconds: 0.5, dim: 8, width: 4 } as const;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-sound-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  /** A tone that rises, of seconds at a rate. */
  const tone = (sampleRate: number, seconds: number): Sound => ({
    sampleRate,
    samples: Float32Array.from(
      { length: sampleRate * seconds },
      (_, i) => 0.5 * Math.sin((i / sampleRate) * (900 + (400 * i) / sampleRate)),
    ),
  });

  it("embeds samples, bytes, a Blob and a path alike, as training embeds a column", async () => {
    const tower = audioTower(made);
    const state = initialState(tower, (name) => Rng.of(6, "audio", name));
    await writeModelFolder(join(folder, "model"), {
      ...{ towers: [audioModelTower(tower, state, made)], epoch: 0, classes: null },
    });
    const model = await Model.load(folder, options);
    expect(model.description.towers.audio!.preprocessing).toEqual({ sampleRate: 8000, seconds: 0.5 });
    const sounds = [tone(8000, 0.3), tone(8000, 0.9)];
    const runtime = await nodeRuntime({ device: "cpu" });
    const embedder = await Embedder.fixed(runtime, tower, state);
    const column = new AudioColumn(
      "tones",
      sounds.map((sound) => [sound]),
      made,
    );
    const expected = await embedder.embed(column, null);
    const found = await model.embed(
      sounds.map((audio) => ({ audio })),
      { normalize: false },
    );
    const most = found.flatMap((row, i) => [...row].map((x, k) => Math.abs(x - expected[8 * i + k]!)));
    expect(Math.max(...most)).toBeLessThan(1e-5);

    const other = tone(22050, 0.4);
    const wav = encodeWav(other.samples, other.sampleRate);
    const file = join(folder, "tone.wav");
    await writeFile(file, wav);
    const kinds: Recording[] = [wav, new Blob([wav]), file, pathToFileURL(file), other];
    const [first, ...rest] = await model.embed(kinds.map((audio) => ({ audio })));
    for (const vector of rest) expect(model.similarity(first!, vector)).toBeGreaterThan(0.9999);
    const refusal = (audio: unknown) => model.embed([{ audio }]);
    await expect(refusal(5)).rejects.toThrow("query 0 is number, expected a path or URL, a file's bytes,");
    await expect(refusal({ sampleRate: 8000, samples: new Float32Array(8000) })).rejects.toThrow(
      "query 0 is silent",
    );
    await Promise.all([embedder.dispose(), model.dispose()]);
    await runtime.dispose();
  });
});
