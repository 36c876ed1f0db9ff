import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";

/** Files are beside `model.json` and nowhere else: a model that somebody gave away names no other file of the machine. */
const beside = (ending: string, what: string) =>
  z.string().regex(new RegExp(`^[^/\\\\]+${ending}$`), `expected the name of ${what} beside it`);

const towerSchema = z.strictObject({
  /** Its ONNX model. */
  file: beside("\\.onnx", "an ONNX file"),
  encoder: z.string(),
  /** See `encoderFingerprint`; the ONNX model's metadata has the same. */
  fingerprint: z.string(),
  /** What is done to a value before the tower takes it, see `OpenReader`; null where no value can be made what it takes. */
  preprocessing: z.unknown(),
  normalized: z.boolean(),
  /** The CRC-32 of each file that the preprocessing needs, by its name; left out where there is none. */
  files: z.record(beside("", "a file"), z.string()).exactOptional(),
});

const modelFileSchema = z.strictObject({
  version: z.literal(1),
  /** Length of an embedding, of every tower. */
  dim: z.number().int().min(1),
  /** Embeddings of two models can be compared only where this is equal. */
  fingerprint: z.string(),
  /** Of the checkpoint, counted from 0. */
  epoch: z.number().int().min(0).nullable(),
  /** Names of the classes it was trained on, by label; null where they have none. */
  classes: z.array(z.string()).nullable(),
  /** By modality. */
  towers: z
    .record(z.string(), towerSchema)
    .refine((towers) => Object.keys(towers).length > 0, "expected a tower or more"),
  /** What else is known of the model, such as the calibration of its scores; left out where nothing is. */
  extra: z.record(z.string(), z.unknown()).exactOptional(),
});

/** A model, as the `model.json` of its folder holds it: one tower for each modality. */
export type ModelFile = z.infer<typeof modelFileSchema>;

/** @throws InputError naming the file, the field that is wrong, and what to do. */
export function parseModelFile(text: string, fileName: string): ModelFile {
  return parseJson(modelFileSchema, text, fileName, "the description of a model: train or export it anew");
}
