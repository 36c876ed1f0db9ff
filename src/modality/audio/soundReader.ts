import { z } from "zod";
import { InputError } from "../../base/index.ts";
import { parseJson } from "../../base/parseJson.ts";
import type { OpenReader } from "../modality.ts";
import { AudioColumn } from "./audioColumn.ts";
import { resample } from "./resample.ts";
import { floatSamples, requireSound, type Sound } from "./sound.ts";

/** A recording to search by: a path (in Node) or URL of a sound file, its bytes, a `Blob` or `File` of it, or mono samples. */
export type Recording =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | { arrayBuffer(): Promise<ArrayBuffer> }
  | Sound;

/** What decodes a sound file as mono at a rate, on a platform. */
export type ReadSoundFile = (
  file: string | URL | { readonly name: string; readonly bytes: Uint8Array },
  options: { readonly sampleRate: number },
) => Promise<Sound>;

/** What is done to a recording before a tower takes it, as `model.json` has it. */
const audioPreprocessingSchema = z.strictObject({
  /** Samples a second. */
  sampleRate: z.int().positive(),
  /** Length of the window: a shorter recording is in its middle, of a longer one the middle is taken. */
  seconds: z.number().positive(),
});

export type AudioPreprocessing = Readonly<z.infer<typeof audioPreprocessingSchema>>;

/** Opens what makes a recording what a tower takes, as `AudioColumn` does; sound of another rate is resampled. */
export function openSoundReader(readFile: ReadSoundFile): OpenReader {
  return ({ preprocessing, where }) => {
    const what = "how recordings are made ready: train the model anew";
    const options = parseJson(audioPreprocessingSchema, JSON.stringify(preprocessing), where, what);
    return async (value, name) => {
      const sound = await soundOf(value, name, options.sampleRate, readFile);
      return new AudioColumn(name, [[sound]], options).gather(Uint32Array.of(0));
    };
  };
}

/**
 * A recording as mono sound at a rate.
 *
 * @throws InputError naming the recording when it is none, or cannot be read.
 */
export async function soundOf(
  value: unknown,
  name: string,
  sampleRate: number,
  readFile: ReadSoundFile,
): Promise<Sound> {
  const decoded = (bytes: Uint8Array) => readFile({ name, bytes }, { sampleRate });
  if (typeof value === "string" || value instanceof URL) return readFile(value, { sampleRate });
  if (value instanceof Uint8Array) return decoded(value);
  if (value instanceof ArrayBuffer) return decoded(new Uint8Array(value));
  if (typeof value === "object" && value !== null) {
    if ("samples" in value && "sampleRate" in value) return atRate(value as Sound, name, sampleRate);
    if ("arrayBuffer" in value && typeof value.arrayBuffer === "function") {
      return decoded(new Uint8Array(await value.arrayBuffer()));
    }
  }
  throw new InputError(
    `${name} is ${typeof value === "object" ? "an object" : typeof value}, expected a path or URL, a file's bytes, a Blob, or { sampleRate, samples }`,
  );
}

function atRate(sound: Sound, name: string, sampleRate: number): Sound {
  const { samples, sampleRate: own } = sound;
  if (!(samples instanceof Float32Array || samples instanceof Int16Array) || !(own > 0)) {
    throw new InputError(
      `${name} has samples that are no Float32Array or Int16Array, or a sampleRate of ${own}, expected mono samples and how many there are of a second`,
    );
  }
  requireSound(name, sound);
  return own === sampleRate
    ? sound
    : { sampleRate, samples: resample(floatSamples(samples), own, sampleRate) };
}
