import { z } from "zod";
import { shellWord } from "../base/index.ts";
import { parseJson } from "../base/parseJson.ts";

const size = z.number().int().min(1);

const infoSchema = z.object({
  format: z.literal(2),
  /** Of the model that made the vectors; only vectors of one model can be compared. */
  fingerprint: z.string().regex(/^[\da-f]{64}$/),
  /** Length of a vector. */
  dim: size,
  /** How near vectors are; they are of unit length, so the similarity is their dot product. */
  metric: z.literal("cosine"),
  /** What the model embeds, and how. */
  modalities: z
    .array(
      z.object({
        /** Such as `image`. */
        modality: z.string(),
        /** Name of the kind of encoder. */
        encoder: z.string(),
        /** What the encoder takes for one item, of an image `[channels, height, width]`. */
        inputShape: z.array(size),
        /** How an item becomes that, in JSON that the modality understands; null where it came as it is. */
        preprocessing: z.unknown(),
      }),
    )
    .min(1),
  /** The run whose checkpoint of `epoch`, counted from 0, is the model; null of another model. */
  run: z
    .object({
      /** From the index's folder; null where that has none. */
      relative: z.string().nullable(),
      absolute: z.string(),
      epoch: z.number().int().min(0),
    })
    .nullable(),
  /** Version of Kindred that made the index. */
  kindred: z.string(),
  /** When it was made, ISO 8601. */
  made: z.string(),
});

/** What an index remembers of the model that made its vectors. */
export type IndexInfo = Readonly<z.infer<typeof infoSchema>>;

const planSchema = z.object({
  method: z.enum(["exact", "ivf-flat"]),
  /** Items when this was chosen. */
  rows: z.number(),
  /** Part of the 10 nearest that a search finds, measured on a sample; 1 of an exact one. */
  recallAt10: z.number(),
  /** Items that recall was measured with; 0 of an exact search. */
  queries: z.number(),
  /** Cells that the vectors are dealt to, and those that a search looks into; 0 of an exact search. */
  partitions: z.number(),
  probes: z.number(),
  /** Why an exact search was kept where an approximate one was wanted. */
  note: z.string().nullable(),
});

/** How an index is searched. */
export type SearchPlan = Readonly<z.infer<typeof planSchema>>;

/** Keys in the table's own metadata. */
export const infoKey = "kindred.index";
export const planKey = "kindred.search";

/** @throws InputError when the text is missing, is none of an index's, or a later version's. */
export function parseInfo(text: string | undefined, path: string): IndexInfo {
  return parseJson(
    infoSchema,
    text,
    `${path}: its metadata ${infoKey}`,
    `what this version's kindred index writes: make it anew with kindred index --run <dir> --data <path> --force --out ${shellWord(path)}`,
  );
}

/** @throws InputError when the text is no plan, or of a later version's. */
export function parsePlan(text: string): SearchPlan {
  return parseJson(
    planSchema,
    text,
    `the index's metadata ${planKey}`,
    "how this version's kindred index has an index searched: make it anew with kindred index --force",
  );
}

export function exactPlan(rows: number, note: string | null = null): SearchPlan {
  return { method: "exact", rows, recallAt10: 1, queries: 0, partitions: 0, probes: 0, note };
}

/** The first 16 digits of a fingerprint: enough to tell models apart. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 16);
}
