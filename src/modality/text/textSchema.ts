import { z } from "zod";
import type { TextEncoderChoice } from "./encoders/registry.ts";
import type { TextPreparationDescription } from "./preparation.ts";

// Apart from what it describes, because the worker of the page loads no zod.

const whole = (least: number, most: number) => z.number().int().min(least).max(most);
const sizes = z.array(whole(1, 16)).min(1).max(8).readonly();
const buckets = whole(16, 2 ** 20);
const length = whole(1, 8192);
const dropout = z.number().min(0).max(0.95);

/** What is done to a text before a tower takes it, as `model.json` has it. */
export const textPreparationSchema: z.ZodType<TextPreparationDescription> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ngrams"),
    normalization: z.literal("nfkc-lower"),
    hash: z.literal("fnv1a-32"),
    ...{ sizes, buckets, length },
  }),
  z.strictObject({
    kind: z.literal("tokens"),
    length,
    vocabulary: whole(257, 2 ** 20),
    tokenizer: z.string().regex(/^[0-9a-f]{8}$/),
  }),
]);

const common = {
  dim: whole(1, 4096).exactOptional(),
  width: whole(1, 4096).exactOptional(),
  depth: whole(0, 48).exactOptional(),
  dropout: dropout.exactOptional(),
  length: length.exactOptional(),
};

/** A text encoder and what it is made with, as a run's configuration has it. */
export const textEncoderSchema: z.ZodType<TextEncoderChoice> = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("bag"),
    ...common,
    buckets: buckets.exactOptional(),
    sizes: sizes.exactOptional(),
  }),
  z.strictObject({
    name: z.literal("transformer"),
    ...common,
    heads: whole(1, 64).exactOptional(),
    vocabulary: whole(257, 2 ** 20).exactOptional(),
  }),
]);
