import { z } from "zod";

/** Precisions of weights, as transformers.js names them, and how the names of their files end. */
export const dtypeEndings = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

export type Dtype = keyof typeof dtypeEndings;
export const dtypes = Object.keys(dtypeEndings) as readonly Dtype[];

/** Precisions whose activations are quantised over a whole batch. */
export const batchwiseDtypes: ReadonlySet<Dtype> = new Set(["q8", "int8", "uint8"]);

/** Where a part of a model is in its folder, such as `onnx/text_model_fp16.onnx`. */
export function modelFileOf(part: string, dtype: Dtype, place = "onnx"): string {
  return `${place === "" ? "" : `${place}/`}${part}${dtypeEndings[dtype]}.onnx`;
}

/** Files of a folder beside the models, as far as a model has them. */
export const folderFiles = [
  "config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "modules.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
  "1_Pooling/config.json",
] as const;

/** What a folder that was pulled is, written when all of it is there. */
export const pulledName = "kindred-pull.json";

export const pulledSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  /** As it was asked for, such as `main`. */
  revision: z.string(),
  /** The commit that the files are of. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.array(z.strictObject({ path: z.string(), size: z.number().int(), sha256: z.string() })),
});
export type PulledFiles = z.infer<typeof pulledSchema>;
