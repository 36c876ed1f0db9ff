import { z } from "zod";
import { parseJson } from "../../../base/parseJson.ts";

const count = z.number().int().min(0);

/** Names of snapshots: by their step, and those of further modalities by these, too. */
export const snapshotFile = /^step_\d+(\.[a-z0-9_-]+)?\.npy$/;

const snapshotSchema = z.strictObject({
  /** The `.npy` beside the index: float32 `[rows, dim]`. */
  file: z.string().regex(snapshotFile),
  /** Optimizer steps finished; 0 is untrained. */
  step: count,
  /** Epochs finished, with the part of the current one. */
  epoch: z.number().min(0),
  /** Mean loss of the pairs trained on since the snapshot before; null in the first. */
  loss: z.number().nullable(),
  /** Pairs trained on since step 0, and the sum of their losses. */
  pairs: count,
  lossSum: z.number(),
});

/** What `recording/index.json` of a run holds. */
const indexSchema = z
  .strictObject({
    version: z.literal(1),
    /** Rows of the sample among the training pictures, and their labels. */
    rows: z.array(count).min(2),
    labels: z.array(count),
    dim: z.number().int().min(1),
    /** Further modalities, and which of the rows have each, in ascending order and counted from 0; their files are `step_X.<modality>.npy`. */
    others: z.record(z.string().regex(/^[a-z0-9_-]+$/), z.array(count)).exactOptional(),
    snapshots: z.array(snapshotSchema),
  })
  .refine(({ rows, labels }) => rows.length === labels.length, {
    path: ["labels"],
    message: "expected a label for each of the rows",
  })
  .refine(({ snapshots }) => snapshots.every(({ step }, i) => i === 0 || step > snapshots[i - 1]!.step), {
    path: ["snapshots"],
    message: "expected steps in ascending order",
  });

export type RecordingIndex = z.infer<typeof indexSchema>;
export type RecordedSnapshot = RecordingIndex["snapshots"][number];

/**
 * The index in the text of its file.
 *
 * @throws InputError naming the file and the first field that is wrong.
 */
export function parseRecordingIndex(text: string, fileName: string): RecordingIndex {
  return parseJson(indexSchema, text, fileName, "the index of a recording: put its copy back");
}
