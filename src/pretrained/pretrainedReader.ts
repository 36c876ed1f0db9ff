import { z } from "zod";
import { InputError } from "../base/index.ts";
import { parseJson } from "../base/parseJson.ts";
import { type ReadSoundFile, soundOf } from "../modality/audio/index.ts";
import type { OpenReader, ReadAlone, ReadValue, SavedPreprocessing } from "../modality/modality.ts";
import { logMel, recordingWindows } from "./clapMel.ts";
import { tokenizerConfigSchema, tokenizerSchema } from "./folderInput.ts";
import { type PretrainedManifest, pretrainedManifestSchema } from "./manifest.ts";
import type { RgbPicture } from "./pilResample.ts";
import { pixelValues } from "./pixelValues.ts";
import { TextTokens } from "./textTokens.ts";

/** The preprocessing of a pretrained tower in `model.json`. */
export interface PretrainedPreprocessing {
  readonly pretrained: PretrainedManifest;
}

const preprocessingSchema = z.strictObject({ pretrained: pretrainedManifestSchema });

/** What a platform decodes files by. */
export interface PretrainedDecoders {
  /** A picture at its own size, laid on black. */
  readonly picture: (value: unknown, name: string) => Promise<RgbPicture>;
  readonly sound: ReadSoundFile;
}

/** Ends of the names of the files beside a text tower: the tokenizer and its settings. */
export const tokenizerFiles = { tokenizer: "tokenizer.json", config: "tokenizer_config.json" } as const;

/**
 * Opens what makes a value what a pretrained tower takes, where the tower is one; else what the other reader opens.
 *
 * @param other of towers that were trained here
 */
export function orPretrained(other: OpenReader, decoders: PretrainedDecoders): OpenReader {
  return async (saved) => {
    const { preprocessing } = saved;
    const isPretrained =
      typeof preprocessing === "object" && preprocessing !== null && "pretrained" in preprocessing;
    return isPretrained ? openPretrained(saved, decoders) : other(saved);
  };
}

async function openPretrained(
  saved: SavedPreprocessing,
  decoders: PretrainedDecoders,
): Promise<ReadValue | ReadAlone> {
  const what = "how a pretrained tower takes its values: train the model anew";
  const { pretrained } = parseJson(
    preprocessingSchema,
    JSON.stringify(saved.preprocessing),
    saved.where,
    what,
  );
  const { input, batch } = pretrained;
  switch (input.kind) {
    case "picture": {
      const read: ReadValue = async (value, name) =>
        pixelValues([await decoders.picture(value, name)], input);
      const oneSize = input.crop !== null || (input.resize !== null && "width" in input.resize);
      return oneSize && batch > 1 ? read : { alone: read };
    }
    case "tokens": {
      const tokens = new TextTokens(
        await jsonBeside(saved, tokenizerFiles.tokenizer, tokenizerSchema, "a tokenizer"),
        await jsonBeside(saved, tokenizerFiles.config, tokenizerConfigSchema, "a tokenizer's settings"),
        input,
        `the tokenizer of ${saved.where}`,
      );
      return {
        alone: (value, name) => {
          // As the texts were embedded that a head was trained on.
          if (typeof value === "string") return tokens.batch([value], "document").ports;
          throw new InputError(
            `${name} is ${value === null ? "null" : typeof value}, expected a text, such as { text: "a red shoe" }`,
          );
        },
      };
    }
    case "logMel":
      return {
        alone: async (value, name) => {
          const sound = await soundOf(value, name, input.rate, decoders.sound);
          return logMel(recordingWindows(sound, input, name), input);
        },
      };
  }
}

async function jsonBeside<Value>(
  { file, where }: SavedPreprocessing,
  name: string,
  schema: z.ZodType<Value>,
  what: string,
): Promise<Value> {
  const text = new TextDecoder().decode(await file(name));
  return parseJson(schema, text, `${where}: ${name}`, what);
}
