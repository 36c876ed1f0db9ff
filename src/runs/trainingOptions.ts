import { lossByName, lossNames } from "../losses/index.ts";
import {
  augmentationPolicies,
  colourOrders,
  colourPattern,
  encoderNames,
  encoderTable,
  fits,
} from "../modality/image/index.ts";
import { defaultTextEncoder, type TextEncoderName, textEncoders } from "../modality/text/index.ts";
import { alignmentLosses, alignmentRecipes } from "./alignment/alignmentNames.ts";
import {
  above0,
  anyNumber,
  flag,
  form,
  integer,
  listed,
  named,
  type OptionRow,
  type OptionTable,
  type OptionValues,
  oneOf,
  path,
  several,
  text,
} from "./option.ts";
import {
  autoRecipe,
  pictureRecipes,
  type Recipe,
  recipeNames,
  recipes,
  samplers,
  schedules,
  usual,
} from "./recipeTable.ts";
import { trainingNumbers } from "./trainingNumbers.ts";

/**
 * The greatest sizes that are taken; far above what is of use, and below what ends in a lack of memory.
 * Pictures have at most `channels` channels and a side of `size`.
 */
export const greatest = {
  ...{ channels: 1024, size: 4096, dim: 65_536, width: 4096, depth: 128, hidden: 65_536 },
  batchSize: 65_536,
} as const;

/** What each recipe has. */
const byRecipe = (partOf: (recipe: Recipe) => string | number): Readonly<Record<string, string | number>> =>
  Object.fromEntries(recipeNames.map((name) => [name, partOf(recipes[name])]));

/** What each encoder has that can be of any such size. */
const byEncoder = (size: "width" | "depth"): Readonly<Record<string, number>> =>
  Object.fromEntries(
    encoderNames.flatMap((name) =>
      encoderTable[name][size] === null ? [] : [[name, encoderTable[name][size]]],
    ),
  );

/** The colours that have a name. */
const colours: Readonly<Record<string, string>> = { black: "#000000", white: "#ffffff" };

/** A modality and a folder, as `image=runs/fast`. */
const towerForm = form(
  "modality=folder",
  "a modality and the folder of a run or of a pretrained model, such as image=runs/fast",
  (text) => {
    const at = text.indexOf("=");
    return at > 0 && at < text.length - 1
      ? { modality: text.slice(0, at), from: text.slice(at + 1) }
      : undefined;
  },
);

/** Two modalities, as `image-text` or `image-text:0.5`. */
const pairForm = form(
  "pair",
  "two modalities such as image-text, or image-text:0.5 with a weight",
  (text) => {
    const [, one, other, weight = "1"] = /^([a-z]+)-([a-z]+)(?::(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
    return one && other && Number(weight) > 0
      ? { between: [one, other] as [string, string], weight: Number(weight) }
      : undefined;
  },
);

/** Options that say something about this alone. */
const only = <Table extends OptionTable>(what: NonNullable<OptionRow["only"]>, table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [name, { ...row, only: what }])) as Table;

/** What of a recipe can be chosen otherwise. */
export const recipeOptions = {
  epochs: {
    is: trainingNumbers.epochs,
    about: "passes over the training pictures, at most",
    usual: byRecipe(({ epochs }) => epochs),
  },
  patience: {
    is: integer("epochs", 0),
    about:
      "stop after so many without a better MAP@R on the validation pictures (without labels: loss), and keep the best; 0: never",
    usual: "0, but with --recipe auto",
  },
  batchSize: {
    is: integer("n", 2, greatest.batchSize),
    about: "pairs or pictures in a step",
    usual: byRecipe(({ loss, batchSize }) =>
      lossByName(loss, {}).of === "pairs" ? batchSize.pairs : batchSize.pictures,
    ),
  },
  loss: {
    is: oneOf("name", [...lossNames, ...alignmentLosses]),
    about: "what is minimised; clip and siglip align several modalities",
    usual: { ...byRecipe(({ loss }) => loss), align: "clip", senses: "clip" },
  },
  temperature: { is: above0("t"), about: "of supcon, nt-xent and infonce" },
  margin: { is: above0("m"), about: "of the triplet losses and margin" },
  encoder: {
    is: oneOf("name", encoderNames),
    about: "what is trained",
    usual: byRecipe(({ encoder }) => encoder),
  },
  width: {
    is: integer("n", 1, greatest.width),
    about: "channels of its first block or stage",
    usual: byEncoder("width"),
  },
  depth: {
    is: integer("n", 1, greatest.depth),
    about: "blocks of each of its stages",
    usual: byEncoder("depth"),
  },
  dim: { is: integer("n", 1, greatest.dim), about: "length of an embedding", usual: `${usual.dim}` },
  sampler: { is: named("name", samplers), about: "how batches are drawn", usual: "as the loss needs" },
  classes: { is: integer("n", 2), about: "classes in a class-balanced batch", usual: `${usual.classes}` },
  imagesPerClass: {
    is: integer("n", 2),
    about: "pictures of each of them",
    usual: `${usual.imagesPerClass}`,
  },
  lr: {
    is: above0("rate"),
    about: "learning rate, at its highest",
    usual: byRecipe(({ optimizer }) => optimizer.learningRate),
  },
  schedule: {
    is: named("name", schedules),
    about: "its course",
    usual: byRecipe(({ schedule }) => schedule),
  },
  augment: {
    is: flag("leave pictures as they are"),
    about: "vary pictures at random (default but with --recipe lesson)",
  },
  augmentation: {
    is: oneOf("policy", augmentationPolicies),
    about:
      "how: light (shift, rotation, scale), digits (the same and more of it, distorted), photo (crop, mirror, colours), drawings (place, proportions, colours)",
    usual: "light with labels; without, as the pictures are",
  },
  elastic: { is: above0("pixels"), about: "strength of an elastic distortion" },
  head: {
    is: flag("train the embeddings themselves"),
    about: "train through a projection head, which is left out afterwards (losses without labels)",
  },
} satisfies OptionTable;

/**
 * Everything that a training can be told. The command line, the bounds of a run's configuration, the requests of the
 * explorer and the limits of its form are made from this table.
 */
export const trainingOptions = {
  data: {
    is: path("path|mnist"),
    about:
      "a folder of pictures (with a folder for each class), a .csv or .parquet file of their paths, train.csv, an IDX file, a folder of IDX files, or mnist",
    default: "mnist",
  },
  limit: { is: trainingNumbers.limit, about: "take n pictures only, by lot and of each class its share" },
  validation: {
    is: integer("n", 0),
    about: "keep n of them for validation, likewise",
    usual: "1000, or a fifth of fewer than 5,000; of picture files a tenth, or their own",
  },
  ...only("picture files", {
    size: {
      is: integer("px", 8, greatest.size),
      about: "side that picture files are made",
      usual: "28, 32, 48 or 64, as their median side",
    },
    channels: {
      is: named("kind", { grey: 1, colour: 3 }),
      about: "read them as",
      usual: "grey where all are",
    },
    fit: {
      is: oneOf("how", fits),
      about: "make them square: cover cuts to the middle, contain puts them on black",
      usual: "cover",
    },
    background: {
      is: form("colour", "black, white or #rrggbb, such as #808080", (text) => {
        const colour = colours[text.toLowerCase()] ?? text.toLowerCase();
        return colourPattern.test(colour) ? colour : undefined;
      }),
      about:
        "what shines through transparent pictures, and lies around those of --fit contain: black, white or #rrggbb",
      usual: "black, of dark drawings on a transparent ground white",
    },
    strict: { is: flag(), about: "refuse picture files that cannot be read, instead of skipping them" },
  }),
  unlabelled: { is: flag(), about: "pass over their folders' names, or a table's labels" },
  labelColumn: {
    is: text("name"),
    about: "the column of a table that holds the labels",
    usual: "label, class, target or the like",
  },
  ...only("arrays", {
    colourOrder: {
      is: oneOf("order", colourOrders),
      about: "where the colours are in a CSV's rows: all red, then all green, then all blue, or by pixel",
      usual: "as the pictures look",
    },
    transpose: { is: flag(), about: "exchange rows and columns of arrays, which EMNIST's letters need" },
  }),
  recipe: {
    is: oneOf("name", [...pictureRecipes, ...alignmentRecipes]),
    about:
      "auto: what suits the data, with reasons (the lesson for small grey pictures in arrays, align for several modalities); lesson: pairs, as the lesson has it; fast: all pairs of a batch, each picture encoded once; simclr: without labels, two variations of each picture; align: one space for pictures, texts and recordings that belong together; senses: the same for digits, written, named and spoken",
    default: autoRecipe,
  },
  ...recipeOptions,
  trunk: {
    is: path("file.onnx"),
    about:
      "a frozen feature extractor in place of --encoder: its features are made once, and a head is trained on them",
  },
  ...only("a trunk", {
    trunkOutput: {
      is: text("name"),
      about: "which of its outputs",
      usual: "the first that is a vector of each picture",
    },
    hidden: {
      is: integer("n", 0, greatest.hidden),
      about: "length of that head's hidden layer, 0 for none",
      usual: `${usual.hidden}`,
    },
    pool: {
      is: oneOf("name", ["mean", "cls"]),
      about: "of a trunk that gives tokens: their mean, or the first one",
      usual: "mean",
    },
    trunkMean: {
      is: listed("values", anyNumber("value")),
      about: "mean that the trunk takes off values from 0 to 1, one or one for each channel",
      usual: "0.5",
    },
    trunkStd: {
      is: listed("values", above0("value")),
      about: "deviation that it divides them by",
      usual: "0.5",
    },
  }),
  init: {
    is: path("file"),
    about: "start from the weights of a checkpoint or a .safetensors file, PyTorch's or ours",
  },
  ...only("several modalities", {
    tower: {
      is: several("modality=folder", towerForm),
      about:
        "lock a tower, which the others are to meet: of a run, as image=runs/fast, or of a pretrained model (CLIP, SigLIP, CLAP, DINO, sentence encoders), as text=models/minilm",
      usual: "all are trained",
    },
    heads: {
      is: flag(),
      about:
        "train a linear head, to --dim numbers, behind each pretrained tower; without it only where lengths differ",
    },
    pairs: {
      is: listed("pairs", pairForm),
      about: "which modalities are to meet, and with which weight, as image-text,image-audio:0.5",
      usual: "pictures with each other modality, and with pictures of the same thing",
    },
    textEncoder: {
      is: oneOf("name", Object.keys(textEncoders) as TextEncoderName[]),
      about: "a bag of n-grams, or a small transformer",
      usual: defaultTextEncoder,
    },
    holdOut: {
      is: several("speaker", text("speaker")),
      about: "speakers of --recipe senses who are not trained on",
      usual: "none",
    },
  }),
  seed: { is: trainingNumbers.seed, about: "seed of everything random", default: 1 },
  record: {
    is: flag("record none"),
    about:
      "record the embeddings of up to 1,000 pictures on the way, for kindred animate; under 2 % of the time (default)",
    default: true,
  },
} satisfies OptionTable;

/** The values of a training's options. */
export type TrainingValues = OptionValues<typeof trainingOptions>;
