import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";
import { preprocessingSchema } from "../modality/image/index.ts";
import type { EncoderDescription } from "./encoderDescription.ts";

const towerSchema = z.strictObject({
  /** Its ONNX model, beside this file and nowhere else: a model that somebody gave away names no other file of the machine. */
  file: z.string().regex(/^[^/\\]+\.onnx$/, "expected the name of an ONNX file beside it"),
  encoder: z.string(),
  /** See `encoderFingerprint`; the ONNX model's metadata has the same. */
  fingerprint: z.string(),
  preprocessing: preprocessingSchema,
  normalized: z.boolean(),
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
});

/** What a run made, as the `model.json` of its folder `model` holds it: one tower for each modality. */
export type ModelFile = z.infer<typeof modelFileSchema>;

/** The file of a model of one tower, that of pictures. */
export function imageModelFile(description: EncoderDescription): ModelFile {
  const { encoder, dim, preprocessing, normalized, classes, epoch } = description;
  const fingerprint = description.fingerprint ?? "";
  return {
    ...{ version: 1, dim, fingerprint, epoch, classes: classes && [...classes] },
    towers: { image: { file: "image.onnx", encoder, fingerprint, preprocessing, normalized } },
  };
}

/** @throws InputError naming the file, the field that is wrong, and what to do. */
export function parseModelFile(text: string, fileName: string): ModelFile {
  return parseJson(modelFileSchema, text, fileName, "the description of a model: train or export it anew");
}
