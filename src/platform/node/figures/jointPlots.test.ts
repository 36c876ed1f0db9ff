import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../../../base/index.ts";
import { classColours } from "../../../report/classColours.ts";
import { directionColours, drawAlignmentFigure } from "../../../report/joint/alignmentFigure.ts";
import { renderFigure } from "./canvas.ts";
import { type JointPlotOptions, writeJointPlots } from "./jointPlots.ts";

const dim = 6;
const rng = Rng.of(2);
const centres = Float32Array.from({ length: 3 * dim }, () => 2 * rng.normal());
const modality = (name: string, rows: number, shift: number) => ({
  modality: name,
  labels: Array.from({ length: rows }, (_, row) => row % 3),
  embeddings: Float32Array.from(
    { length: rows * dim },
    (_, at) => centres[(Math.floor(at / dim) % 3) * dim + (at % dim)]! + shift + 0.3 * rng.normal(),
  ),
  dim,
});
const image = modality("image", 40, 0);
const text = {
  ...modality("text", 20, 1.5),
  texts: Array.from({ length: 20 }, (_, row) => `</script> ${row}`),
};
const epochs = [1, 2, 3].map((epoch) => ({
  epoch,
  temperature: 0.07 / epoch,
  recall: { "image → text": 1 - 0.5 / epoch, "text → image": epoch === 1 ? null : 0.6 },
}));

let out = "";
const options = (): JointPlotOptions => ({
  modalities: [image, text],
  classNames: ["cat", "dog", "owl"],
  what: "60 rows of a test",
  out,
  seed: 1,
  epochs,
});

/** The colours that there are at least so many pixels of. */
async function colours(name: string, least: number): Promise<Set<string>> {
  return coloursOf(await readFile(join(out, name)), least);
}

async function coloursOf(png: Uint8Array, least: number): Promise<Set<string>> {
  const picture = await loadImage(png);
  expect([picture.width, picture.height]).toEqual([2400, 1600]);
  const context = createCanvas(2400, 1600).getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, 2400, 1600);
  const counts = new Uint32Array(2 ** 24);
  for (let i = 0; i < data.length; i += 4) counts[(data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!]!++;
  const found = new Set<string>();
  for (const [colour, count] of counts.entries()) {
    if (count >= least) found.add(`#${colour.toString(16).padStart(6, "0")}`);
  }
  return found;
}

interface JointData {
  readonly modalities: readonly { readonly name: string; readonly symbol: string }[];
  readonly classes: readonly { readonly name: string }[];
  readonly texts: readonly string[];
  readonly pairs: readonly {
    readonly plain: readonly (readonly number[])[];
    readonly centred: readonly (readonly number[])[];
  }[];
}

async function dataOf(name: string): Promise<JointData> {
  const page = await readFile(join(out, name), "utf8");
  return JSON.parse(
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!,
  ) as JointData;
}

describe("plots of several modalities", () => {
  let files: readonly string[] = [];
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "kindred-joint-"));
    files = await writeJointPlots(options());
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  it("are a page and a picture each", () => {
    const names = ["joint-pca", "joint-umap", "modalities", "alignment"];
    expect(files).toEqual(names.flatMap((name) => [join(out, `${name}.html`), join(out, `${name}.png`)]));
  });

  it.each(["joint-pca", "joint-umap"])(
    "draw %s with a marker for each modality and a colour for each class",
    async (name) => {
      const found = await colours(`${name}.png`, 400);
      for (const colour of classColours.slice(0, 3)) expect(found).toContain(colour);
      const { modalities, classes, texts } = await dataOf(`${name}.html`);
      expect(modalities.map(({ name: one, symbol }) => [one, symbol])).toEqual([
        ["image", "circle"],
        ["text", "x"],
      ]);
      expect(classes.map((one) => one.name)).toEqual(["cat", "dog", "owl"]);
      expect([texts[39], texts[40]]).toEqual(["", "</script> 0"]);
      expect(await readFile(join(out, `${name}.html`), "utf8")).toContain(
        'data-kind="modality" data-index="1"',
      );
    },
  );

  it("show that classes stand out once each modality is centred", async () => {
    const [pair] = (await dataOf("modalities.html")).pairs;
    const contrast = (means: readonly (readonly number[])[]): number =>
      Math.min(...means.map((row, at) => row[at]! - Math.max(...row.filter((_, other) => other !== at))));
    expect(contrast(pair!.centred)).toBeGreaterThan(contrast(pair!.plain));
    for (const row of pair!.centred.keys()) expect(pair!.centred[row]![row]).toBeGreaterThan(0.5);
  });

  it("draw recall of each direction, and the temperature where there is one", async () => {
    const found = await colours("alignment.png", 1500);
    for (const colour of [directionColours[0]!, directionColours[1]!, "#566173"])
      expect(found).toContain(colour);
    const rows = epochs.map((row) => ({ ...row, temperature: null }));
    const png = await renderFigure((context) => drawAlignmentFigure(context, { subtitle: "", rows }));
    const bare = await coloursOf(png, 4000);
    expect([bare.has(directionColours[0]!), bare.has("#566173")]).toEqual([true, false]);
  });

  it("refuse one modality and modalities without a class in common, and stop by a signal", async () => {
    await expect(writeJointPlots({ ...options(), modalities: [image] })).rejects.toThrow(InputError);
    const other = { ...text, labels: text.labels.map(() => 9) };
    await expect(writeJointPlots({ ...options(), modalities: [image, other] })).rejects.toThrow(
      /no two modalities have a class in common/,
    );
    await expect(writeJointPlots({ ...options(), signal: AbortSignal.abort() })).rejects.toThrow(
      AbortedError,
    );
  });
});
