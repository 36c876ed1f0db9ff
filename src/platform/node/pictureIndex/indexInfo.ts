import { z } from "zod";
import { shellWord } from "../../../base/index.ts";
import { parseJson } from "../../../base/parseJson.ts";
import { preprocessingSchema } from "../../../modality/image/index.ts";

const size = z.number().int().min(1);

const infoSchema = z.object({
  format: z.literal(1),
  /** Of the encoder that made the vectors, see `encoderFingerprint`. */
  fingerprint: z.string().regex(/^[\da-f]{64}$/),
  /** Name of the kind of encoder. */
  encoder: z.string(),
  /** Where the run is: from the index's folder, and absolutely. */
  run: z.object({ relative: z.string().nullable(), absolute: z.string() }),
  /** Of the run's checkpoint, counted from 0. */
  epoch: z.number().int().min(0),
  /** Length of a vector. */
  dim: size,
  /** How near vectors are; they are of unit length, so the similarity is their dot product. */
  metric: z.literal("cosine"),
  /** What the encoder takes: `[channels, height, width]`. */
  inputShape: z.tuple([size, size, size]),
  /** How picture files become what the encoder takes; null where it learnt from arrays of pixels. */
  preprocessing: preprocessingSchema.nullable(),
  /** Version of Kindred that made the index. */
  kindred: z.string(),
  /** When it was made, ISO 8601. */
  made: z.string(),
});

/** What an index remembers of the encoder that made its vectors. */
export type IndexInfo = Readonly<z.infer<typeof infoSchema>>;

const planSchema = z.object({
  method: z.enum(["exact", "ivf-flat"]),
  /** Pictures when this was chosen. */
  rows: z.number(),
  /** Part of the 10 nearest that a search finds, measured on a sample; 1 of an exact one. */
  recallAt10: z.number(),
  /** Pictures that recall was measured with; 0 of an exact search. */
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

/** The first 16 digits of a fingerprint: enough to tell encoders apart. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 16);
}
