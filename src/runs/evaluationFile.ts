import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";

const measured = z.number().nullable();
const evaluationSchema = z.object({
  knn1: measured,
  knn10: measured,
  recallAt: z.object({ "1": measured, "5": measured, "10": measured }),
  mapAtR: measured,
  silhouette: measured,
  alike: measured,
  unalike: measured,
});

const fileSchema = z.object({
  /** Of the checkpoint, counted from 0. */
  epoch: z.number().int().min(0),
  /** Which pictures were looked for. */
  queries: z.object({ of: z.enum(["test", "validation"]), count: z.number().int() }),
  /** Pictures that each was looked for among: of the training, or the other queries where their classes were not trained on. */
  references: z.number().int(),
  among: z.enum(["training", "queries"]).default("training"),
  /** Queries with no other picture of their class there, which are left out. */
  cannotBeRight: z.number().int().default(0),
  encoder: evaluationSchema,
  untrained: evaluationSchema,
  pixels: evaluationSchema,
});

/** What `kindred eval` found for a run on its own data, as its `evaluation.json` holds it; null is undefined there. */
export type EvaluationFile = z.infer<typeof fileSchema>;

/** @throws InputError naming the file and the first field that is wrong. */
export function parseEvaluationFile(text: string, fileName: string): EvaluationFile {
  return parseJson(
    fileSchema,
    text,
    fileName,
    "what kindred eval writes: remove it, or evaluate the run again",
  );
}
