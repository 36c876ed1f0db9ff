import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { pretrainedTower } from "../../src/platform/node/pretrained/pretrainedTower.ts";
import { type PretrainedModality, requireSameDim } from "../../src/pretrained/index.ts";
import { temporaryFolder } from "../cli/kindred.fixture.ts";
import { golden, goldenFolder, picture, recording } from "./inputs.ts";

const folder = temporaryFolder();

let copies = 0;
/** A copy of a folder that a change has made unusable. */
async function changed(name: string, change: (path: string) => Promise<void>): Promise<string> {
  const path = folder.at(`${name}-${copies++}`);
  await cp(goldenFolder(name), path, { recursive: true });
  await change(path);
  return path;
}

const without =
  (file: string) =>
  (path: string): Promise<void> =>
    rm(`${path}/${file}`);

const edited =
  (file: string, edit: (value: Record<string, unknown>) => object) =>
  async (path: string): Promise<void> => {
    const value = JSON.parse(await readFile(`${path}/${file}`, "utf8"));
    await writeFile(`${path}/${file}`, JSON.stringify(edit(value)));
  };

const cases: readonly [string, string, PretrainedModality, (path: string) => Promise<void>, RegExp][] = [
  [
    "the model",
    "clip",
    "text",
    without("onnx/text_model.onnx"),
    /clip-\d+ has no text model: looked for onnx\/text_model\.onnx, text_model\.onnx, onnx\/text_model_fp16\.onnx.*: get it with kindred pull <hub id> --tower text$/,
  ],
  [
    "the tokenizer",
    "bert",
    "text",
    without("tokenizer.json"),
    /bert-\d+ has no tokenizer\.json, expected a tokenizer there/,
  ],
  [
    "how pictures are prepared",
    "vit",
    "image",
    without("preprocessor_config.json"),
    /vit-\d+ has no preprocessor_config\.json/,
  ],
  [
    "the configuration",
    "vit",
    "image",
    without("config.json"),
    /vit-\d+ has no config\.json, expected the configuration of a model/,
  ],
  [
    "a known architecture",
    "vit",
    "image",
    edited("config.json", (config) => ({ ...config, model_type: "sam" })),
    /config\.json: model_type is sam, expected one of clip, siglip,/,
  ],
  [
    "the modality",
    "bert",
    "image",
    async () => undefined,
    /has a model of type bert, which embeds text, not image: name another folder/,
  ],
  [
    "its own tokenizer",
    "bert",
    "text",
    (path) => cp(`${goldenFolder("clap")}/tokenizer.json`, `${path}/tokenizer.json`),
    /tokenizer\.json has a token of id 299, the model knows ids below \d+: it is the tokenizer of another model/,
  ],
  [
    "its own size of pictures",
    "dino",
    "image",
    edited("preprocessor_config.json", (config) => ({
      ...config,
      do_center_crop: false,
      size: { width: 32, height: 32 },
    })),
    /prepares pictures of 32 x 32, the model takes 28 x 28: it belongs to another model/,
  ],
  [
    "windows of one kind",
    "clap",
    "audio",
    edited("preprocessor_config.json", (config) => ({ ...config, truncation: "fusion" })),
    /truncation fusion stacks several spectrograms, expected rand_trunc: take an unfused model/,
  ],
  [
    "pictures of one size",
    "siglip",
    "image",
    edited("preprocessor_config.json", (config) => ({ ...config, max_num_patches: 256 })),
    /prepares pictures with max_num_patches, expected resizing/,
  ],
];

describe("a folder that lacks", () => {
  it.each(cases)("%s is refused in one line", async (_, name, modality, change, line) => {
    const path = await changed(name, change);
    const refused = pretrainedTower(path, modality);
    await expect(refused).rejects.toMatchObject({ name: "InputError", message: expect.stringMatching(line) });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining("\n") });
  });
});

describe("a tower", () => {
  it("names the value that it cannot embed", async () => {
    const audio = await pretrainedTower(goldenFolder("clap"), "audio");
    const good = recording(0.3, 48_000);
    const empty = { ...good, samples: new Float32Array(0) };
    await expect(audio.embed([good, empty])).rejects.toThrow("audio 1 (counted from 0) has no samples");
    await expect(audio.embed([{ ...good, samples: Float32Array.of(0, Number.NaN) }])).rejects.toThrow(
      "holds NaN at sample 1",
    );
    await audio.dispose();
    const image = await pretrainedTower(goldenFolder("vit"), "image");
    await expect(image.embed([picture([8, 8]), Uint8Array.of(1, 2, 3)])).rejects.toThrow(
      /^image 1 \(counted from 0\): /,
    );
    await image.dispose();
  });

  it("hears a recording of another rate as one of its own", async () => {
    const tower = await pretrainedTower(goldenFolder("clap"), "audio");
    const tone = (sampleRate: number) => ({
      sampleRate,
      samples: Float32Array.from(
        { length: sampleRate },
        (_, t) =>
          0.5 * Math.sin((t * 2 * Math.PI * 440) / sampleRate) + 0.2 * Math.sin((t * 9000) / sampleRate),
      ),
    });
    const [own, slow, cut] = await tower.embed([
      tone(48_000),
      tone(44_100),
      { ...tone(44_100), sampleRate: 48_000 },
    ]);
    const similarity = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    expect(similarity(own!, slow!)).toBeGreaterThan(0.99);
    expect(similarity(own!, slow!)).toBeGreaterThan(similarity(own!, cut!));
    await tower.dispose();
  });

  it("says how many texts were cut, and stops where it is told to", async () => {
    const tower = await pretrainedTower(goldenFolder("bert"), "text");
    const { texts } = await golden("bert");
    const cut: number[] = [];
    const done: string[] = [];
    const many = Array.from({ length: 20 }, (_, i) => texts[i % texts.length]!);
    await tower.embed(many, {
      onCut: (count) => cut.push(count),
      onProgress: (at, total) => done.push(`${at}/${total}`),
    });
    expect(cut).toEqual([3]);
    expect(done).toEqual(["16/20", "20/20"]);
    await expect(tower.embed(texts, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortedError",
    });
    await tower.dispose();
  });

  it("embeds a value the same whatever others it comes with", async () => {
    const tower = await pretrainedTower(goldenFolder("siglip"), "text");
    const { texts } = await golden("siglip");
    const together = await tower.embed(texts);
    for (const [i, text] of texts.entries()) {
      const [alone] = await tower.embed([text]);
      for (const [j, value] of alone!.entries()) expect(value).toBeCloseTo(together[i]![j]!, 6);
    }
    await tower.dispose();
  });

  it("shares a space with one of its own length only", async () => {
    const clip = await pretrainedTower(goldenFolder("clip"), "text");
    const vit = await pretrainedTower(goldenFolder("vit"), "image");
    expect(() => requireSameDim([clip, vit])).toThrow(
      /the text tower .*clip\S* makes embeddings of dim 24, the image tower .*vit\S* of dim 32: take both of one model, or train heads/,
    );
    expect(clip.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(clip.fingerprint).not.toBe(vit.fingerprint);
    await Promise.all([clip.dispose(), vit.dispose()]);
  });
});
