import { InputError } from "../base/index.ts";
import { parseJson } from "../base/parseJson.ts";
import { type Preprocessing, preprocessingSchema, scalePixels } from "../modality/image/index.ts";
import type { OpenReader, ReadValue } from "../modality/modality.ts";
import { type ModelFile, readModel } from "../onnx/index.ts";
import { descriptionFrom, type EncoderDescription } from "../runs/index.ts";
import type { Picture } from "./picture.ts";

/** How a model's file is fed, and what it says of itself. */
export interface ModelPorts {
  /** `pixels` are bytes `[batch, size, size, channels]`, `images` floats in [-1, 1] `[batch, channels, size, size]`. */
  readonly input: "pixels" | "images";
  /** Pictures at a time where the model takes just so many; null where that is open. */
  readonly batch: number | null;
  readonly description: EncoderDescription;
}

/** The name of the output of every model that Kindred writes. */
export const embeddingOutput = "embedding";

/**
 * How to feed an encoder that was exported as ONNX, or the model of a run's picture tower. For a model that does not say how
 * pictures are made ready, they are cut to their middle.
 *
 * @throws InputError when the bytes are no such model.
 */
export function modelPorts(bytes: Uint8Array, name: string): ModelPorts {
  const file = readModel(bytes, name);
  const input = file.inputs[0];
  const known = input?.name === "pixels" ? input.dtype === "uint8" : input?.name === "images";
  const output = file.outputs.find((one) => one.name === embeddingOutput);
  if (!input || !known || file.inputs.length !== 1 || input.shape.length !== 4 || !output) {
    const listed = [...file.inputs, ...file.outputs].map((one) => one.name).join(", ");
    throw new InputError(
      `${name}: an ONNX model of ${listed || "nothing"}, expected one from pixels or images to embedding, as kindred export --format onnx writes`,
    );
  }
  const batch = typeof input.shape[0] === "number" ? input.shape[0] : null;
  const description = descriptionFrom(file.metadata, name) ?? bare(file, name);
  return { input: input.name as "pixels" | "images", batch, description };
}

function bare(file: ModelFile, name: string): EncoderDescription {
  const [, channels, height, width] = file.inputs[0]!.shape;
  const dim = file.outputs[0]!.shape[1];
  if (typeof dim !== "number" || typeof height !== "number" || height !== width) {
    throw new InputError(`${name}: takes pictures of ${height} x ${width}, expected square ones of one size`);
  }
  if (channels !== 1 && channels !== 3) {
    throw new InputError(`${name}: takes pictures of ${channels} channels, expected 1 (grey) or 3 (colour)`);
  }
  return {
    encoder: file.metadata.get("encoder") ?? "",
    dim,
    preprocessing: { size: height, channels, fit: "cover" },
    normalized: false,
    classes: null,
    fingerprint: null,
    epoch: null,
  };
}

/**
 * A picture as an encoder takes it, `[channels, size, size]`, 0 to 255: decoded and resized by a platform.
 *
 * @param name what messages call it where it is no path or URL
 * @throws InputError naming the picture when it cannot be read.
 */
export type ReadPicture = (
  picture: Picture,
  name: string,
  preprocessing: Preprocessing,
) => Promise<Uint8Array>;

/** Pictures as a model takes them, see {@link ModelPorts}. */
export function pictureReader(
  readPicture: ReadPicture,
  preprocessing: Preprocessing,
  input: ModelPorts["input"],
): ReadValue {
  const { size, channels } = preprocessing;
  return async (value, name) => {
    // Whether it is one is looked at where it is read.
    const picture = value as Picture;
    const place = typeof picture === "string" || picture instanceof URL ? String(picture) : name;
    const planes = await readPicture(picture, place, preprocessing);
    if (input === "images") {
      return { images: { dtype: "float32", shape: [1, channels, size, size], data: scalePixels(planes) } };
    }
    const area = size * size;
    const data = new Uint8Array(planes.length);
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < area; i++) data[i * channels + channel] = planes[channel * area + i]!;
    }
    return { pixels: { dtype: "uint8", shape: [1, size, size, channels], data } };
  };
}

/** What opens the reader of a model's pictures. */
export function openPictureReader(readPicture: ReadPicture): OpenReader {
  return ({ preprocessing, where }) => {
    const what = "how pictures are made ready: train or export the model anew";
    const known = parseJson(preprocessingSchema, JSON.stringify(preprocessing), where, what);
    return pictureReader(readPicture, known, "images");
  };
}
