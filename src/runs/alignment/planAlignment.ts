import { InputError } from "../../base/index.ts";
import { type AugmentationPolicy, encoderTable, type Preprocessing } from "../../modality/image/index.ts";
import { type TextEncoderName, textEncoders } from "../../modality/text/index.ts";
import { augmentationConfig } from "../augmentationConfig.ts";
import { chosenEncoder, type EncoderChoices } from "../chosenEncoder.ts";
import { scheduleConfig } from "../recipes.ts";
import type { AlignmentConfig } from "./alignmentConfig.ts";
import { type AlignmentRecipe, sensesRecipe } from "./alignmentNames.ts";
import { type LockedTowers, lockedForm } from "./lockedForm.ts";

/** A pair of modalities as it is asked for. */
export type AskedPair = AlignmentConfig["loss"]["pairs"][number];

/** What is chosen of an alignment; the rest has its defaults. */
export interface AlignmentChoices extends Pick<EncoderChoices, "encoder" | "width" | "depth" | "dim"> {
  readonly source: string;
  readonly limit: number | null;
  readonly validation: number | null;
  readonly seed: number;
  readonly heldOut?: readonly string[] | undefined;
  readonly labelColumn?: string | undefined;
  readonly unlabelled?: boolean | undefined;
  readonly loss?: string | undefined;
  readonly pairs?: readonly AskedPair[] | undefined;
  readonly textEncoder?: TextEncoderName | undefined;
  readonly epochs?: number | undefined;
  readonly patience?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly lr?: number | undefined;
  readonly schedule?: AlignmentConfig["schedule"]["name"] | undefined;
  readonly augment?: boolean | undefined;
  readonly augmentation?: AugmentationPolicy | undefined;
  /** Whether linear heads are trained behind pretrained towers. */
  readonly heads?: boolean | undefined;
}

/** What is known of the data before its towers are made. */
export interface AlignmentSeen {
  readonly modalities: readonly ("image" | "text" | "audio")[];
  /** How picture files become pictures; null of arrays, whose size is told. */
  readonly pictures: {
    readonly channels: number;
    readonly size: number;
    readonly preprocessing: Preprocessing | null;
  } | null;
  /** Whether several pictures are of one thing. */
  readonly severalPictures: boolean;
  /** Rows to train on. */
  readonly rows: number;
  /** Towers that stay as they are, by modality. */
  readonly locked: LockedTowers;
}

/** A configuration before its data was read: the fingerprint and the texts' preparation are not known yet. */
export type AlignmentDraft = Omit<AlignmentConfig, "data"> & {
  readonly data: Omit<AlignmentConfig["data"], "fingerprint" | "classes">;
};

/**
 * What an alignment has where nothing is chosen.
 *
 * - `senses`: chosen by measuring P@1 of a voice that was not trained on, over seconds of training.
 * - `align`: as a sketch on emoji in five styles found it (AdamW at 0.002 with half a cosine, batches of 256, weight decay 0.05).
 */
const usual = {
  senses: { dim: 64, epochs: 2, batchSize: 128, lr: 0.003, schedule: "oneCycle", weightDecay: 0.05 },
  align: { dim: 128, epochs: 40, batchSize: 256, lr: 0.002, schedule: "warmupCosine", weightDecay: 0.05 },
} as const;

/** Pictures of this size at most are told apart by where their parts are. */
const mostFlattened = 48;

/** Pictures that words and voices meet: they learn all that a few hundred captions and recordings hold from so many. */
const enoughDigits = 12_000;

/** The rate of the synthesiser's smallest voice, and of telephones; a digit takes less than a second. */
const spokenDigit = { sampleRate: 8000, seconds: 1, melBins: 32, hop: 0.016 } as const;
/** Words and short phrases; what is longer is cut to its middle. */
const spokenPhrase = { sampleRate: 16_000, seconds: 2 } as const;

/**
 * The configuration that choices come to for data that was looked at.
 *
 * @throws InputError when choices do not go together, or name a modality that is not there.
 */
export function planAlignment(
  recipe: AlignmentRecipe,
  choices: AlignmentChoices,
  seen: AlignmentSeen,
): AlignmentDraft {
  const { pictures, locked, modalities } = seen;
  const byDefault = usual[recipe];
  const { dim, lockedAs } = lockedForm(locked, choices, byDefault.dim);
  const { loss = "clip" } = choices;
  if (loss !== "clip" && loss !== "siglip") {
    throw new InputError(
      `--loss ${loss} compares rows of one modality, expected clip or siglip, which align several: leave it out`,
    );
  }
  const pairs = choices.pairs ?? usualPairs(recipe, seen);
  for (const { between } of pairs) {
    const missing = between.find((name) => !modalities.some((modality) => modality === name));
    if (missing === undefined) continue;
    throw new InputError(
      `--pairs names ${missing}, and the data has ${modalities.join(", ")}: name two of these`,
    );
  }
  const used = modalities.filter((modality) => pairs.some(({ between }) => between.includes(modality)));
  for (const [modality, { from }] of Object.entries(locked)) {
    if (used.some((name) => name === modality)) continue;
    throw new InputError(
      `--tower ${modality}=${from} is of a modality that is not trained on, expected one of ${used.join(", ")}: leave it out, or name it in --pairs`,
    );
  }
  // Where all towers stay as they are, only the scale of the loss is learned.
  const allFixed = used.every((modality) => lockedAs[modality] && !lockedAs[modality].locked.head);
  const within = pairs.some(({ between: [a, b] }) => a === b);
  const learningRate = choices.lr ?? byDefault.lr;
  return {
    version: 2,
    recipe,
    data: {
      ...{ source: choices.source, validation: choices.validation },
      limit: choices.limit ?? (recipe === sensesRecipe ? enoughDigits : null),
      ...{ labelColumn: choices.labelColumn ?? null, unlabelled: choices.unlabelled ?? false },
      heldOut: [...(choices.heldOut ?? [])],
    },
    dim,
    towers: {
      ...(used.includes("image") && pictures
        ? {
            image: lockedAs.image ?? {
              encoder: pictureEncoder(recipe, { ...choices, ...pictures, dim }),
              preprocessing: pictures.preprocessing,
            },
          }
        : {}),
      ...(used.includes("text")
        ? { text: lockedAs.text ?? { encoder: textEncoder(recipe, choices), preparation: null } }
        : {}),
      ...(used.includes("audio")
        ? { audio: lockedAs.audio ?? { encoder: recipe === "senses" ? spokenDigit : spokenPhrase } }
        : {}),
    },
    loss: { name: loss, pairs: pairs.map(({ between, weight }) => ({ between: [...between], weight })) },
    perItem: within ? 2 : 1,
    augmentation:
      pictures && !locked.image && choices.augment !== false
        ? augmentationConfig(choices.augmentation ?? "drawings", pictures.size, undefined)
        : null,
    optimizer: { name: "adamW", learningRate, weightDecay: byDefault.weightDecay },
    schedule: scheduleConfig(choices.schedule ?? byDefault.schedule),
    epochs: choices.epochs ?? (allFixed ? 1 : byDefault.epochs),
    patience: choices.patience ?? 0,
    batchSize: Math.min(choices.batchSize ?? byDefault.batchSize, Math.max(2, seen.rows)),
    seed: choices.seed,
  };
}

/**
 * Each modality with the picture, which is the pivot; else texts with recordings. Pictures with pictures where several are of one
 * thing: without that, a sketch on emoji stayed at a tenth of what it reached.
 */
function usualPairs(recipe: AlignmentRecipe, { modalities, severalPictures }: AlignmentSeen): AskedPair[] {
  const [pivot, ...others] = modalities;
  const pairs = others.map((other): AskedPair => ({ between: [pivot!, other], weight: 1 }));
  return recipe === "align" && pivot === "image" && severalPictures
    ? [...pairs, { between: ["image", "image"], weight: 1 }]
    : pairs;
}

function pictureEncoder(recipe: AlignmentRecipe, choices: EncoderChoices) {
  if (recipe === "senses") return chosenEncoder("compact", choices);
  const name = choices.encoder ?? (choices.size < encoderTable.resnet.leastSize ? "compact" : "resnet");
  const chosen = chosenEncoder("resnet", {
    ...choices,
    encoder: name,
    width: choices.width ?? widthOf(name),
  });
  return chosen.name === "resnet" && choices.size <= mostFlattened
    ? { ...chosen, pool: "flatten" as const, dropout: 0.2 }
    : chosen;
}

/** Of resnet half again as wide as for classes, as a sketch on emoji had it; of others their own. */
const widthOf = (name: string): number | undefined => (name === "resnet" ? 24 : undefined);

function textEncoder(recipe: AlignmentRecipe, { textEncoder: name = "bag" }: AlignmentChoices) {
  // A hundred captions need few buckets.
  if (name === "bag" && recipe === "senses") return { name, buckets: 2048, width: 64 } as const;
  return { name, width: textEncoders[name].width } as const;
}
