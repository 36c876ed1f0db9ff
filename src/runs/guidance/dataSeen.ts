import { z } from "zod";

const count = z.number().int().min(0);
const names = z.array(z.string()).readonly();

const pairSchema = z
  .object({
    /** Rows of training, and on from there those of validation. */
    rows: z.tuple([count, count]).readonly(),
    names: z.tuple([z.string(), z.string()]).readonly(),
    /** Null without labels. */
    classes: z.tuple([z.string(), z.string()]).readonly().nullable(),
    /** Whether each is a validation picture. */
    validation: z.tuple([z.boolean(), z.boolean()]).readonly(),
    /** Whether they are the same to the byte, at the size that the encoder takes. */
    same: z.boolean(),
  })
  .readonly();

/** Two pictures that may be copies. */
export type PairSeen = z.infer<typeof pairSchema>;

/** What was seen of a data set; see `lookAtPictures`. */
export const dataSeenSchema = z.object({
  source: z.string(),
  training: count,
  validation: count,
  channels: count,
  /** Height and width, in pixels. */
  size: count,
  /** Whether they were picture files, and not arrays as of a CSV or of IDX. */
  files: z.boolean(),
  labelled: z.boolean(),
  /** By label; none without labels. */
  classes: z
    .array(
      z.object({ label: z.number().int(), name: z.string(), training: count, validation: count }).readonly(),
    )
    .readonly(),
  /** Pictures that are, or look like, one colour. */
  plain: z.object({ count, examples: names }).readonly(),
  duplicates: z
    .object({
      /** Pictures that are an earlier one to the byte. */
      exact: count,
      /** Pictures that show what an earlier one shows, exact copies left out. */
      near: count,
      /** Validation pictures that a training picture shows as well. */
      acrossSplit: count,
      /** Contents that are there under several labels. */
      severalLabels: count,
      /** Pictures that look like another at a small size, and differ where they are looked at closely. */
      alike: count.default(0),
      /** Pairs that may be copies, one of a group: the worst first, which are in several classes or on both sides. */
      pairs: z.array(pairSchema).readonly().default([]),
      /** Pairs of pictures, of each kind some. */
      examples: z
        .object({
          near: z.array(names).readonly(),
          acrossSplit: z.array(names).readonly(),
          severalLabels: z.array(names).readonly(),
          alike: z.array(names).readonly().default([]),
        })
        .readonly(),
      /** False where there were so many that not all were looked for. */
      complete: z.boolean(),
    })
    .readonly(),
});

export type DataSeen = Readonly<z.infer<typeof dataSeenSchema>>;
