import { z } from "zod";
import { parseJson } from "../../base/parseJson.ts";
import { audioTowerSchema } from "../../modality/audio/index.ts";
import { preprocessingSchema } from "../../modality/image/index.ts";
import { textEncoderSchema, textPreparationSchema } from "../../modality/text/index.ts";
import { augmentationSchema, encoderSchema, optimizerSchema, scheduleSchema } from "../runConfig.ts";
import { alignmentLosses, alignmentRecipes } from "./alignmentNames.ts";

const whole = z.number().int();

/** A tower that stays as it is, and that the others are to meet. */
const locked = z.strictObject({
  locked: z.strictObject({
    /** The folder that it is of: a run, a folder `model`, or a pretrained model. */
    from: z.string().min(1),
    /** Of the tower: a run does not go on beside another one. */
    fingerprint: z.string(),
    /** Whether a linear head is trained behind it; left out where it stays as it is. */
    head: z.literal(true).exactOptional(),
  }),
});

/** Everything that defines a run of several modalities, as its `config.json` holds it: with the same one, the same run. */
export const alignmentConfigSchema = z.strictObject({
  version: z.literal(2),
  recipe: z.enum(alignmentRecipes),
  data: z.strictObject({
    /** `senses`, or the path of a table or folder of items. */
    source: z.string().min(1),
    /** Items taken, by lot; null for all. */
    limit: whole.min(2).nullable(),
    /** Items kept for validation; null for as many as suit, or as the data has set aside itself. */
    validation: whole.min(0).nullable(),
    /** Of the rows taken, so that a run does not go on with other data unnoticed. */
    fingerprint: z.string(),
    /** Names of the groups by label; null for numbers. */
    classes: z.array(z.string()).nullable(),
    /** The column of a table's labels, where it was named. */
    labelColumn: z.string().nullable().default(null),
    /** Whether labels of a table and names of folders were passed over. */
    unlabelled: z.boolean().default(false),
    /** Speakers of the lesson's digits who are left out of training. */
    heldOut: z.array(z.string()).default([]),
  }),
  /** Length of an embedding, of every tower. */
  dim: whole.min(1),
  /** What is embedded, by modality. */
  towers: z.strictObject({
    image: z
      .union([
        z.strictObject({ encoder: encoderSchema, preprocessing: preprocessingSchema.nullable() }),
        locked,
      ])
      .exactOptional(),
    text: z
      .union([
        z.strictObject({
          encoder: textEncoderSchema,
          /** Null until the texts were read. */
          preparation: textPreparationSchema.nullable(),
        }),
        locked,
      ])
      .exactOptional(),
    audio: z.union([z.strictObject({ encoder: audioTowerSchema }), locked]).exactOptional(),
  }),
  loss: z.strictObject({
    name: z.enum(alignmentLosses),
    /** Which modalities are to meet, and with which weight; one beside itself: rows of one group. */
    pairs: z
      .array(z.strictObject({ between: z.tuple([z.string(), z.string()]), weight: z.number().positive() }))
      .min(1),
  }),
  /** Rows of a group that come into a batch together, where it has several. */
  perItem: whole.min(1),
  /** How pictures are varied at random; null leaves them as they are. */
  augmentation: augmentationSchema.nullable(),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  epochs: whole.min(1),
  /** Epochs without a better R@1 of the validation rows after which training stops; 0 for all epochs. */
  patience: whole.min(0),
  /** Rows in a step. */
  batchSize: whole.min(2),
  seed: whole.min(0),
});

export type AlignmentConfig = z.infer<typeof alignmentConfigSchema>;

/**
 * The configuration of an alignment from the text of its `config.json`.
 *
 * @throws InputError naming the file, the first field that is wrong, and what is wrong with it.
 */
export function parseAlignmentConfig(text: string, fileName: string): AlignmentConfig {
  return parseJson(
    alignmentConfigSchema,
    text,
    fileName,
    "the configuration of a run of several modalities: put its copy back, or train another run in another folder",
  );
}

/** Whether the text of a `config.json` is that of several modalities, whatever else it holds. */
export function isAlignmentConfig(text: string): boolean {
  try {
    const recipe: unknown = Object(JSON.parse(text)).recipe;
    return alignmentRecipes.some((name) => name === recipe);
  } catch {
    return false;
  }
}
