import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { unitRows } from "../../src/base/unitRows.ts";
import { encodeWav } from "../../src/modality/audio/index.ts";
import { Model } from "../../src/platform/node/model/model.ts";
import { pretrainedTower } from "../../src/platform/node/pretrained/pretrainedTower.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { goldenFolder, greatestDifference, picture, recording } from "../pretrained/inputs.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const names = ["kite", "boat", "house", "tree", "river", "stone", "seven", "lamp"];
const rows = 24;

/** Pictures of any size with two captions and a tone each; one in four is kept for validation. */
beforeAll(async () => {
  await mkdir(folder.at("data"));
  const lines = ["image,text,audio,split"];
  for (let row = 0; row < rows; row++) {
    const { data, width, height } = picture([20 + (row % 8), 24 + Math.floor(row / 8)]);
    const raw = { width, height, channels: 3 } as const;
    await sharp(Buffer.from(data), { raw })
      .negate({ alpha: false })
      .png()
      .toFile(folder.at("data", `${row}.png`));
    const { samples, sampleRate } = recording(0.05 + row * 0.003, 48_000);
    await writeFile(folder.at("data", `${row}.wav`), encodeWav(samples, sampleRate));
    const name = `${names[row % 8]} ${Math.floor(row / 8)}`;
    lines.push(
      `${row}.png,"[""a photo of ${name}"", ""${row === 0 ? `${name} `.repeat(40) : name}""]",${row}.wav,${row % 4 === 3 ? "validation" : "train"}`,
    );
  }
  await writeFile(folder.at("data", "items.csv"), `${lines.join("\n")}\n`);
});

const data = () => ["--data", folder.at("data", "items.csv"), "--batch-size", "8"];
const tower = (modality: string, name: string): string[] => ["--tower", `${modality}=${goldenFolder(name)}`];
const cache = () => ({ env: { KINDRED_CACHE: folder.at("cache") } });

describe("kindred train --tower with pretrained models", () => {
  it("aligns pictures and texts of one CLIP as they are, which evaluates without training", async () => {
    const run = folder.at("clip");
    const both = [...tower("image", "clip"), ...tower("text", "clip"), "--pairs", "image-text"];
    const { stderr } = await kindredOk(["train", ...data(), ...both, "--out", run], cache());
    expect(stderr).toMatch(/all towers stay as they are, so that nothing is trained but the temperature/);
    expect(stderr).toMatch(/embedding by the image tower/);
    expect(stderr).toMatch(/longer than the text tower takes/);
    const model = await Model.load(run);
    const texts = ["a photo of a red kite", "seven"];
    const pictures = [folder.at("data", "0.png"), folder.at("data", "9.png")];
    const made = await model.embed([
      ...texts.map((text) => ({ text })),
      ...pictures.map((image) => ({ image })),
    ]);
    const [text, image] = [
      await pretrainedTower(goldenFolder("clip"), "text"),
      await pretrainedTower(goldenFolder("clip"), "image"),
    ];
    const expected = [...(await text.embed(texts)), ...(await image.embed(pictures))];
    expect(greatestDifference(made, expected)).toBeLessThan(1e-5);
    await Promise.all([model.dispose(), text.dispose(), image.dispose()]);
    const { stdout, stderr: again } = await kindredOk(["eval", "--run", run, "--json"], cache());
    expect(JSON.parse(stdout).modalities).toMatchObject([{ modality: "image" }, { modality: "text" }]);
    // Embeddings were kept.
    expect(again).not.toMatch(/embedding by the/);
    await kindredOk(["plot", "--run", run], cache());
    expect(await readFile(`${run}/plots/joint-pca.html`, "utf8")).toContain("a photo of tree 0");
  });

  it("trains heads where lengths differ, and its model is tower and head in one", async () => {
    const run = folder.at("heads");
    const all = [...tower("image", "dino"), ...tower("text", "bert"), ...tower("audio", "clap")];
    await kindredOk(["train", ...data(), ...all, "--dim", "12", "--epochs", "3", "--out", run], cache());
    const { weights } = await new RunFolder(run).readWeights();
    const head = (modality: string, features: Float32Array): Float32Array => {
      const [weight, bias] = ["weight", "bias"].map((name) => weights.get(`${modality}.${name}`)!);
      const values = weight!.data as Float32Array;
      const made = Float32Array.from(bias!.data as Float32Array, (first, row) =>
        features.reduce((sum, x, i) => sum + x * values[row * features.length + i]!, first),
      );
      return unitRows(made, made.length);
    };
    const values = {
      image: [folder.at("data", "0.png"), folder.at("data", "13.png")],
      text: ["a photo of a red kite", "seven"],
      // The last one is longer than a window.
      audio: [recording(0.1, 48_000), recording(0.3, 48_000), recording(1.7, 48_000)],
    };
    const folders = { image: "dino", text: "bert", audio: "clap" } as const;
    const model = await Model.load(run);
    expect(model.dim).toBe(12);
    for (const modality of ["image", "text", "audio"] as const) {
      const frozen = await pretrainedTower<"image" | "text" | "audio">(
        goldenFolder(folders[modality]),
        modality,
      );
      const expected = (await frozen.embed(values[modality])).map((features) => head(modality, features));
      const made = await model.embed(values[modality].map((value) => ({ [modality]: value })));
      expect(greatestDifference(made, expected), modality).toBeLessThan(1e-5);
      await frozen.dispose();
    }
    await model.dispose();
    const { stdout } = await kindredOk(["eval", "--run", run, "--json"], cache());
    expect(JSON.parse(stdout).modalities).toHaveLength(3);
  });

  it("goes on with what it was begun with", async () => {
    const run = folder.at("heads");
    await kindredOk(["train", "--resume", "--epochs", "4", "--out", run], cache());
    expect(await new RunFolder(run).readMetrics()).toHaveLength(4);
  });

  it("takes a tower of an alignment's model", async () => {
    const run = folder.at("met");
    const locked = ["--tower", `text=${folder.at("heads")}`];
    const small = ["--pairs", "image-text", "--size", "16", "--encoder", "compact", "--width", "4"];
    await kindredOk(["train", ...data(), ...locked, ...small, "--epochs", "1", "--out", run], cache());
    const [old, model] = [await Model.load(folder.at("heads")), await Model.load(run)];
    const query = [{ text: "a photo of kite 3" }];
    expect(await model.embed(query)).toEqual(await old.embed(query));
    await Promise.all([old.dispose(), model.dispose()]);
  });
});

describe("a tower that cannot be taken is refused in one line", () => {
  const refused = async (args: readonly string[]): Promise<string> => {
    const { code, stderr } = await kindred(["train", ...data(), ...args, "--out", folder.at("refused")]);
    expect(code).toBe(2);
    return stderr.trimEnd().split("\n").at(-1)!;
  };

  it.each<[string, () => readonly string[], RegExp]>([
    [
      "a length that does not fit",
      () => [...tower("image", "clip"), ...tower("text", "clip"), "--dim", "12"],
      /--dim 12 is not the 24 that the locked tower of .*clip embeds in: leave --dim out, or train heads to it with --heads$/,
    ],
    [
      "a text tower for pictures",
      () => tower("image", "bert"),
      /has a model of type bert, which embeds text, not image: name another folder$/,
    ],
    [
      "a folder that is not there",
      () => tower("text", "nowhere"),
      /nowhere is not there, expected the folder of a run, its folder model, or a pretrained model/,
    ],
    [
      "a folder that is neither",
      () => ["--tower", `text=${folder.at("data")}`],
      /data has no model\.json and no config\.json, expected the folder of a run/,
    ],
    [
      "no modality",
      () => tower("video", "clip"),
      /--tower video=.* names no modality, expected one of each of image, text, audio$/,
    ],
    [
      "heads without a pretrained tower",
      () => ["--heads"],
      /--heads trains heads behind pretrained towers, and --tower names none/,
    ],
  ])("%s", async (_, args, line) => {
    expect(await refused(args())).toMatch(line);
  });

  it("a folder that lacks a file, or has another architecture", async () => {
    const broken = folder.at("broken");
    await cp(goldenFolder("bert"), broken, { recursive: true });
    await rm(`${broken}/tokenizer.json`);
    expect(await refused(["--tower", `text=${broken}`])).toMatch(
      /has no tokenizer\.json, expected a tokenizer there/,
    );
    await writeFile(`${broken}/config.json`, JSON.stringify({ model_type: "sam" }));
    expect(await refused(["--tower", `text=${broken}`])).toMatch(/model_type is sam, expected one of clip,/);
  });

  it("a tower that has changed since the run was begun", async () => {
    const copy = folder.at("copy");
    await cp(goldenFolder("bert"), copy, { recursive: true });
    const run = folder.at("changed");
    const args = [
      "--tower",
      `text=${copy}`,
      ...tower("image", "dino"),
      "--pairs",
      "image-text",
      "--epochs",
      "1",
    ];
    await kindredOk(["train", ...data(), ...args, "--out", run], cache());
    await cp(`${goldenFolder("clap")}/tokenizer_config.json`, `${copy}/tokenizer_config.json`);
    const { code, stderr } = await kindred(["eval", "--run", run]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /the text tower of .*copy has changed \(fingerprint [0-9a-f]{64}, was [0-9a-f]{64}\)/,
    );
  });
});
