import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";

const share = z.number().min(0).max(1);
const foundSchema = z.object({
  /** 1-NN accuracy; without labels, the share of pictures whose one variation finds the other. */
  knn1: share,
  /** 10-NN accuracy and MAP@R; null without labels. */
  knn10: share.nullable(),
  mapAtR: share.nullable(),
});

/** What is found of what is looked for: shares from 0 to 1. */
export type Found = Readonly<z.infer<typeof foundSchema>>;

const verdictSchema = z.object({
  version: z.literal(1),
  /** What counts as found: a picture of the same class, or where labels tell nothing, the other variation of the same picture. */
  by: z.enum(["labels", "variations"]),
  level: z.enum(["learned", "little", "worse"]),
  /** Of the weights, from 1. */
  epoch: z.number().int().min(1),
  /** Pictures that were looked for, of which part, and how many they were looked for among. */
  pictures: z.number().int().min(1),
  of: z.enum(["validation", "training"]),
  references: z.number().int().min(1),
  encoder: foundSchema,
  /** The encoder as it was before training. */
  untrained: foundSchema,
  pixels: foundSchema,
  /** What the encoder's frozen trunk makes of the pictures, where it has one. */
  trunk: foundSchema.exactOptional(),
  /** What a reference taken at random finds. */
  chance: share,
  /** What to try; null where the encoder has learned. */
  advice: z.string().nullable(),
});

/** What a training came to beside what there is without it, as a run's `verdict.json` holds it. */
export type Verdict = Readonly<z.infer<typeof verdictSchema>>;

/**
 * A verdict from the text of a run's `verdict.json`.
 *
 * @throws InputError naming the file and the first field that is wrong.
 */
export function parseVerdict(text: string, fileName: string): Verdict {
  return parseJson(verdictSchema, text, fileName, "the verdict on a run: put its copy back, or remove it");
}
