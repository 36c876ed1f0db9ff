import { z } from "zod";
import { InputError } from "../base/index.ts";
import { parseJson } from "../base/parseJson.ts";
import { type Preprocessing, preprocessingSchema } from "../modality/image/index.ts";
import type { ImageTowerConfig } from "./runConfig.ts";

/** What whoever uses an encoder elsewhere has to know of it; one of pictures where its preprocessing is not said to be another. */
export interface EncoderDescription<P = Preprocessing> {
  /** Its architecture, by the name that `kindred train --encoder` takes. */
  readonly encoder: string;
  /** Length of an embedding. */
  readonly dim: number;
  /** What is done to a picture before the encoder sees it. */
  readonly preprocessing: P;
  /** Whether embeddings leave it with length 1. */
  readonly normalized: boolean;
  /** Names of the classes it was trained on, by label; null where they have none. */
  readonly classes: readonly string[] | null;
  /** See `encoderFingerprint`; null for a model that does not say. */
  readonly fingerprint: string | null;
  /** Of the checkpoint, counted from 0; null for a model that does not say. */
  readonly epoch: number | null;
}

const key = (name: string): string => `kindred.${name}`;

/**
 * How picture files become what a run's encoder takes: as the run's data did, or, for data that came as arrays, cut to
 * the middle and resized to the encoder's size.
 *
 * @throws InputError for an encoder of neither one nor three channels, which pictures do not have.
 */
export function preprocessingOf({
  encoder,
  preprocessing,
}: Pick<ImageTowerConfig, "encoder" | "preprocessing">): Preprocessing {
  if (preprocessing) return preprocessing;
  const { size, channels } = encoder;
  if (channels !== 1 && channels !== 3) {
    throw new InputError(
      `the encoder takes ${channels} channels, expected 1 (grey) or 3 (red, green, blue) to make them of pictures`,
    );
  }
  return { size, channels, fit: "cover" };
}

/** A description as text entries, as ONNX and safetensors hold them: `kindred.dim`, `kindred.preprocessing` and so on. */
export function descriptionEntries(description: EncoderDescription<object | null>): Record<string, string> {
  const { encoder, dim, preprocessing, normalized, classes, fingerprint, epoch } = description;
  return {
    [key("encoder")]: encoder,
    [key("dim")]: String(dim),
    ...(preprocessing === null ? {} : { [key("preprocessing")]: JSON.stringify(preprocessing) }),
    [key("normalized")]: String(normalized),
    ...(classes ? { [key("classes")]: JSON.stringify(classes) } : {}),
    ...(fingerprint === null ? {} : { [key("fingerprint")]: fingerprint }),
    ...(epoch === null ? {} : { [key("epoch")]: String(epoch) }),
  };
}

/**
 * The description that {@link descriptionEntries} wrote; null where there is none.
 *
 * @throws InputError naming the file and the entry that is wrong.
 */
export function descriptionFrom(
  entries: ReadonlyMap<string, string>,
  fileName: string,
): EncoderDescription | null {
  const text = (name: string): string | null => entries.get(key(name)) ?? null;
  if (text("preprocessing") === null) return null;
  const read = <T>(name: string, schema: z.ZodType<T>): T =>
    parseJson(
      schema,
      entries.get(key(name)),
      `${fileName}: its entry ${key(name)}`,
      "the description of an encoder: export the encoder anew",
    );
  return {
    encoder: text("encoder") ?? "",
    dim: read("dim", z.number().int().min(1)),
    preprocessing: read("preprocessing", preprocessingSchema),
    normalized: read("normalized", z.boolean()),
    classes: text("classes") === null ? null : read("classes", z.array(z.string())),
    fingerprint: text("fingerprint"),
    epoch: text("epoch") === null ? null : read("epoch", z.number().int().min(0)),
  };
}
