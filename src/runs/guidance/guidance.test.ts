import { describe, expect, it } from "vitest";
import { Rng } from "../../base/index.ts";
import { type ImageDataset, splitValidation } from "../../modality/image/index.ts";
import type { RunChoices } from "../recipes.ts";
import { recipeConfig } from "../recipes.ts";
import { chooseTraining } from "./choose.ts";
import type { DataSeen } from "./dataSeen.ts";
import { guidanceFor, guidanceLines } from "./guidance.ts";
import { parseGuidance } from "./guidanceFile.ts";
import { lookAtPictures } from "./seen.ts";
import { warningsOf } from "./warnings.ts";

/** Pictures of waves, no two alike, of these classes. */
function pictures(labels: readonly number[], paths?: readonly string[]): ImageDataset {
  const size = 12;
  const pixels = Uint8Array.from({ length: labels.length * size * size }, (_, i) => {
    const rng = Rng.of(1, "waves", Math.floor(i / (size * size)));
    const [a, b, c, d] = [0, 1, 2, 3].map(() => rng.uniform(-2, 2));
    const [x, y] = [i % size, Math.floor(i / size) % size];
    return 128 + 50 * Math.sin(a! * x + b! * y + 5 * c!) + 50 * Math.sin(b! * x + d! * y);
  });
  return {
    name: "waves",
    count: labels.length,
    channels: 1,
    height: size,
    width: size,
    pixels,
    labels: Int32Array.from(labels),
    classes: ["cat", "dog", "owl"],
    ...(paths ? { paths } : {}),
  };
}

function copy(dataset: ImageDataset, from: number, to: number, change = (byte: number) => byte): void {
  const picture = dataset.pixels.subarray(from * 144, (from + 1) * 144);
  dataset.pixels.set(picture.map(change), to * 144);
}

const look = (dataset: ImageDataset, validation: number): Promise<DataSeen> =>
  lookAtPictures(splitValidation(dataset, validation), { source: "waves" });

describe("what is seen of pictures", () => {
  it("is their classes on both sides, what is plain, and what is there twice", async () => {
    const paths = Array.from({ length: 12 }, (_, i) => `${"abc"[i % 3]}/${i}.jpg`);
    const dataset = pictures([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 1], paths);
    copy(dataset, 0, 3);
    copy(dataset, 1, 10, (byte) => byte * 0.9);
    copy(dataset, 2, 7);
    dataset.pixels.fill(7, 5 * 144, 6 * 144);
    expect(await look(dataset, 3)).toEqual({
      source: "waves",
      training: 9,
      validation: 3,
      channels: 1,
      size: 12,
      files: false,
      labelled: true,
      classes: [
        { label: 0, name: "cat", training: 3, validation: 1 },
        { label: 1, name: "dog", training: 3, validation: 2 },
        { label: 2, name: "owl", training: 3, validation: 0 },
      ],
      plain: { count: 1, examples: ["c/5.jpg"] },
      duplicates: {
        exact: 2,
        near: 1,
        acrossSplit: 1,
        severalLabels: 1,
        alike: 0,
        // The worst first: in two classes, on both sides, and then the mere copy.
        pairs: [
          {
            rows: [2, 7],
            names: ["c/2.jpg", "b/7.jpg"],
            classes: ["owl", "dog"],
            validation: [false, false],
            same: true,
          },
          {
            rows: [1, 10],
            names: ["b/1.jpg", "b/10.jpg"],
            classes: ["dog", "dog"],
            validation: [false, true],
            same: false,
          },
          {
            rows: [0, 3],
            names: ["a/0.jpg", "a/3.jpg"],
            classes: ["cat", "cat"],
            validation: [false, false],
            same: true,
          },
        ],
        examples: {
          alike: [],
          near: [["b/1.jpg", "b/10.jpg"]],
          acrossSplit: [["b/1.jpg", "b/10.jpg"]],
          severalLabels: [["c/2.jpg (owl)", "b/7.jpg (dog)"]],
        },
        complete: true,
      },
    });
  });

  it("has no classes without labels, and counts rows where there are no paths", async () => {
    const dataset = { ...pictures([0, 0, 0, 0]), labelled: false };
    copy(dataset, 1, 3);
    const { labelled, classes, duplicates } = await look(dataset, 1);
    expect({ labelled, classes }).toEqual({ labelled: false, classes: [] });
    expect(duplicates.examples.acrossSplit).toEqual([["row 1", "row 3"]]);
    expect(duplicates.severalLabels).toBe(0);
  });
});

/** Five hundred well-kept colour pictures in files. */
function seen(given: Partial<DataSeen> = {}, counts: readonly number[] = [250, 250]): DataSeen {
  const training = counts.reduce((sum, count) => sum + count, 0);
  return {
    source: "shoes",
    training,
    validation: 60,
    channels: 3,
    size: 64,
    files: true,
    labelled: true,
    classes: counts.map((count, label) => ({
      label,
      name: ["boot", "clog", "pump"][label] ?? `class ${label}`,
      training: count,
      validation: 10,
    })),
    plain: { count: 0, examples: [] },
    duplicates: {
      exact: 0,
      near: 0,
      acrossSplit: 0,
      severalLabels: 0,
      alike: 0,
      pairs: [],
      examples: { near: [], acrossSplit: [], severalLabels: [], alike: [] },
      complete: true,
    },
    ...given,
  };
}

const { duplicates } = seen();
const withDuplicates = (given: Partial<DataSeen["duplicates"]>): DataSeen =>
  seen({ duplicates: { ...duplicates, ...given } });

describe("a warning", () => {
  it("is not given where all is well", () => {
    expect(warningsOf(seen())).toEqual([]);
    expect(warningsOf(seen({ labelled: false, classes: [] }))).toEqual([]);
    // MNIST's one pair.
    expect(warningsOf({ ...withDuplicates({ near: 1 }), training: 41_000 })).toEqual([]);
  });

  it.each([
    [
      seen({}, [400]),
      "all pictures are of one class (boot), so labels tell nothing apart; sort them into a folder for each class, or leave it to training without labels",
    ],
    [
      withDuplicates({
        severalLabels: 2,
        examples: {
          ...duplicates.examples,
          severalLabels: [
            ["a (boot)", "b (clog)"],
            ["c (boot)", "d (pump)"],
          ],
        },
      }),
      "2 pictures may be there under several labels: a (boot) = b (clog), c (boot) = d (pump); look at them side by side in figures/duplicates.png: of copies, keep the one with the right label",
    ],
    [
      withDuplicates({ acrossSplit: 1, examples: { ...duplicates.examples, acrossSplit: [["a", "b"]] } }),
      "1 validation picture may be a copy of a training picture: a = b; look at them side by side in figures/duplicates.png: copies belong on one side, or validation looks better than it is",
    ],
    [
      withDuplicates({
        exact: 3,
        near: 9,
        complete: false,
        examples: { ...duplicates.examples, near: [["a", "b"]] },
      }),
      "at least 12 pictures may be copies of others, 3 of them to the byte: a = b; look at them side by side in figures/duplicates.png: one of each is enough, as copies teach nothing new",
    ],
    [
      withDuplicates({ exact: 1 }),
      "1 picture is a copy of another, to the byte; look at them side by side in figures/duplicates.png: one of each is enough, as copies teach nothing new",
    ],
    [
      seen({ plain: { count: 4, examples: ["a", "b", "c"] } }),
      "4 pictures are of one colour: a, b, c …; take them out",
    ],
    [
      seen({}, [300, 1]),
      "1 class has a single training picture: clog; add pictures, as one alone is like no other, or leave such classes out",
      "99.6 % of the training pictures are of one class (boot); add pictures of the others, and read MAP@R rather than accuracy",
    ],
    [
      seen({}, [200, 4, 2]),
      "2 classes have fewer than 5 training pictures: clog (4), pump (2); add pictures, as so few do not show what others of their class look like",
      "97 % of the training pictures are of one class (boot); add pictures of the others, and read MAP@R rather than accuracy",
    ],
    [
      seen({}, [990, 10]),
      "99 % of the training pictures are of one class (boot); add pictures of the others, and read MAP@R rather than accuracy",
    ],
    [
      seen({ classes: [...seen().classes, { label: 2, name: "pump", training: 0, validation: 3 }] }),
      "1 class has validation pictures and no training picture: pump; they count as wrong: add training pictures",
    ],
    [
      seen({ classes: seen().classes.map((entry) => ({ ...entry, validation: 0 })) }),
      "2 classes have no validation picture: boot, clog; nothing is measured of such a class; keep more for validation (--validation)",
    ],
    [
      seen({}, [60, 60]),
      "there are only 120 training pictures; add some, or begin with a pretrained model (--trunk), which needs fewer",
    ],
    [
      seen({ validation: 8 }),
      "only 8 pictures are kept for validation, so each counts for 13 %; keep more (--validation) to know how good the encoder is, and when to stop",
    ],
    [
      seen({ validation: 0, classes: [], labelled: false }),
      "no pictures are kept for validation; keep more (--validation) to know how good the encoder is, and when to stop",
    ],
  ])("says what is poor, and what to try (%#)", (data, ...lines) => {
    expect(warningsOf(data).map(({ text, advice }) => `${text}; ${advice}`)).toEqual(lines);
  });
});

const given: RunChoices = {
  ...{ source: "shoes", limit: null, validation: 60, seed: 1, init: null, record: true },
  ...{ channels: 3, size: 64 },
};

/** What was chosen, by what. */
function choices(data: DataSeen, chosen: Partial<RunChoices> = {}) {
  const {
    recipe,
    reasons,
    choices: all,
  } = chooseTraining(data, {
    ...given,
    channels: data.channels,
    size: data.size,
    ...chosen,
  });
  // Whatever is chosen goes together.
  const config = recipeConfig(recipe, all);
  return { config, reasons: Object.fromEntries(reasons.map(({ what, ...rest }) => [what, rest])) };
}

const grey = { channels: 1, size: 28 };

describe("a choice for", () => {
  it.each([
    {
      of: "small grey arrays with labels: the lesson as it is",
      data: seen({ ...grey, files: false }, Array(10).fill(4100)),
      config: {
        recipe: "lesson",
        towers: { image: { encoder: { name: "lesson" } } },
        epochs: 10,
        batchSize: 64,
        patience: 0,
      },
    },
    {
      of: "such arrays of one class, from which the lesson could not learn",
      data: seen({ ...grey, files: false }, [4100]),
      config: { recipe: "simclr" },
    },
    {
      of: "so few such arrays that the lesson's epochs would have hardly a step",
      data: seen({ ...grey, files: false }, Array(10).fill(30)),
      config: {
        recipe: "fast",
        towers: { image: { encoder: { name: "compact" } } },
        batchSize: 36,
        epochs: 112,
      },
    },
    {
      of: "some colour files with labels",
      data: seen(),
      config: {
        ...{
          recipe: "fast",
          towers: { image: { encoder: { name: "compact" } } },
          loss: { name: "supcon" },
          batchSize: 62,
        },
        ...{ sampler: { name: "shuffled" }, epochs: 124, patience: 42, augmentation: { policy: "light" } },
      },
    },
    {
      of: "a thousand of them",
      data: seen({ validation: 100 }, [500, 500]),
      config: { towers: { image: { encoder: { name: "resnet" } } }, batchSize: 96, patience: 16 },
    },
    {
      of: "small grey files",
      data: seen({ ...grey }),
      config: { recipe: "fast", towers: { image: { encoder: { name: "compact" } } } },
    },
    {
      of: "files without labels",
      data: seen({ labelled: false, classes: [] }, [5000]),
      config: {
        ...{ recipe: "simclr", loss: { name: "nt-xent" }, sampler: { name: "shuffled" }, batchSize: 256 },
        ...{ augmentation: { policy: "photo" } },
      },
    },
    {
      of: "labels of one class, which every epoch ranks alike",
      data: seen({}, [5000]),
      config: { recipe: "simclr", patience: 0 },
    },
    {
      of: "a label for each picture",
      data: seen({}, Array(300).fill(1)),
      config: { recipe: "simclr" },
    },
    {
      of: "unequal classes",
      data: seen({}, [900, 300, 100]),
      config: { sampler: { name: "classBalanced", classes: 3, images: 16 }, batchSize: 48 },
    },
    {
      of: "many classes",
      data: seen({}, Array(100).fill(40)),
      config: { sampler: { name: "classBalanced", classes: 24, images: 4 } },
    },
    {
      of: "few pictures",
      data: seen({}, [30, 30]),
      config: { batchSize: 16, epochs: 125 },
    },
    {
      of: "many pictures, which take long",
      data: seen({}, Array(10).fill(20_000)),
      config: { towers: { image: { encoder: { name: "convnext" } } }, epochs: 3, patience: 0 },
    },
    {
      of: "too few validation pictures",
      data: seen({ validation: 9 }),
      config: { patience: 0 },
    },
  ])("$of", ({ data, config }) => {
    expect(choices(data).config).toMatchObject(config);
  });

  it.each([
    [{ loss: "nt-xent" }, { loss: { name: "nt-xent" }, sampler: { name: "shuffled" } }, "recipe", "loss"],
    [
      { loss: "cosine-pair" },
      { loss: { name: "cosine-pair" }, sampler: { name: "pairs" } },
      "recipe",
      "loss",
    ],
    [{ encoder: "compact" }, { towers: { image: { encoder: { name: "compact" } } } }, "encoder", "encoder"],
    [{ epochs: 7 }, { epochs: 7 }, "epochs", "epochs"],
    [{ batchSize: 12 }, { batchSize: 12 }, "batches", "batch-size"],
    [{ sampler: "classBalanced" }, { sampler: { name: "classBalanced", classes: 10 } }, "batches", "sampler"],
    [{ patience: 0 }, { patience: 0 }, "stopping", "patience"],
    [{ augment: false }, { augmentation: null }, "variations", "no-augment"],
    [{ augmentation: "photo" }, { augmentation: { policy: "photo" } }, "variations", "augmentation"],
  ] as const)("what the user chose is that: %o", (chosen, config, what, option) => {
    const found = choices(seen({}, [900, 300, 100]), chosen);
    expect(found.config).toMatchObject(config);
    expect(found.reasons[what]!.why).toBe(`you chose it (--${option})`);
  });

  it("the lesson says so, and what else is chosen holds", () => {
    const data = seen({ ...grey, files: false }, [500, 500]);
    expect(choices(data, { epochs: 2 })).toMatchObject({
      config: { recipe: "lesson", epochs: 2 },
      reasons: {
        recipe: {
          chosen: "lesson",
          why: "the lesson, as these are its pictures: small grey ones with labels",
        },
      },
    });
  });
});

describe("guidance", () => {
  const data = seen({ plain: { count: 1, examples: ["a.jpg"] } }, [900, 300, 100]);
  const guidance = guidanceFor(data, "auto", chooseTraining(data, given));

  it("is told in a few lines", () => {
    expect(guidanceLines(guidance)).toEqual([
      "pictures: colour, 64 x 64, 3 classes: boot (900), clog (300), pump (100)",
      "chosen:",
      "  recipe      fast (supcon): the labels of 3 classes tell what is alike",
      "  encoder     resnet: it suits colour pictures of 64 x 64",
      "  batches     of 3 classes x 16 pictures: classes have 100 to 900 pictures, and each is to count the same",
      "  variations  light: labels tell what is alike, so pictures stay much as they are",
      "  epochs      18 at most, about 2 min on two cores by its multiplications: 1,300 pictures are learned in some 1,000 steps",
      "  stopping    after 6 epochs without a better one, once the rate has come down: the MAP@R of 60 validation pictures varies by accident; the best epoch is kept",
      "to look at:",
      "  1 picture is of one colour: a.jpg; take it out",
    ]);
    const plain = guidanceLines(guidanceFor(seen({ labelled: false, classes: [] }), "simclr", null));
    expect(plain).toEqual([
      "pictures: colour, 64 x 64, without labels",
      "chosen:",
      "  recipe  simclr: you chose it (--recipe)",
    ]);
  });

  it("is the same after it was written and read; other text is refused", () => {
    expect(parseGuidance(JSON.stringify(guidance), "guidance.json")).toEqual(guidance);
    expect(() => parseGuidance("{", "guidance.json")).toThrow("guidance.json is not JSON");
    expect(() => parseGuidance(JSON.stringify({ ...guidance, warnings: 1 }), "guidance.json")).toThrow(
      /^guidance\.json: warnings: /,
    );
  });
});
