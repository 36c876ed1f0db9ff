import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { InputError } from "../../../base/index.ts";
import { type ExternalRange, externalRanges, withDataInside } from "../../../onnx/index.ts";
import { readFileOrExplain } from "../files/files.ts";

/** An ONNX file with all that belongs to it. */
export interface OnnxFile {
  /** The model with its weights inside, those of files beside it too. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the file and, in the order of their paths, of those beside it that hold weights; 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The most bytes of one model: protobuf counts them in 31 bits, and what is put around a model needs some. */
const most = 2 ** 31 - 2 ** 20;

/**
 * Reads an ONNX file and the files beside it that hold its weights (`model.onnx.data`, `model.onnx_data`, or whatever the
 * model names), from any working directory.
 *
 * @throws InputError when a file is missing, cut off or lies outside the model's folder, or when the file is no ONNX model.
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export async function readOnnxFile(file: string): Promise<OnnxFile> {
  const model = await readFileOrExplain(file);
  const hash = createHash("sha256").update(model);
  const ranges = externalRanges(model, file);
  const data = new Map<string, Uint8Array>();
  let total = model.length;
  for (const location of [...new Set(ranges.map((range) => range.location))].sort()) {
    const path = await besideModel(file, location);
    const { size } = await stat(path);
    total += size;
    if (total > most) {
      throw new InputError(
        `${file}: it and the weights beside it take ${total} bytes, expected at most 2 GB: export it with float16 weights`,
      );
    }
    const bytes = await readFileOrExplain(path);
    hash.update(bytes);
    data.set(location, bytes);
  }
  const sha256 = hash.digest("hex");
  if (data.size === 0) return { bytes: model, sha256 };
  return { bytes: withDataInside(model, file, (range) => valuesOf(range, data, file)), sha256 };
}

function valuesOf(
  { tensor, location, offset, length }: ExternalRange,
  data: ReadonlyMap<string, Uint8Array>,
  file: string,
): Uint8Array {
  const bytes = data.get(location)!;
  const end = length === null ? bytes.length : offset + length;
  if (end <= bytes.length && offset <= end) return bytes.subarray(offset, end);
  throw new InputError(
    `${file}: tensor ${JSON.stringify(tensor)} is at bytes ${offset} to ${end} of ${JSON.stringify(location)}, which has ${bytes.length}: it is cut off, or belongs to another model`,
  );
}

/** The path of a file that a model names, which must lie where the model lies, also where links lead. */
async function besideModel(file: string, location: string): Promise<string> {
  const folder = dirname(file);
  const path = resolve(folder, location);
  const named = `${file}: its weights are in ${JSON.stringify(location)}`;
  if (isAbsolute(location) || location.includes("\0") || !isInside(path, resolve(folder))) {
    throw new InputError(
      `${named}, expected a file in the folder of the model: export it anew, with its weights beside it`,
    );
  }
  const real = await realpath(path).catch(() => null);
  if (real === null) {
    throw new InputError(`${named}, which is not beside it: put that file into ${resolve(folder)}`);
  }
  // A hub's cache has links for both files, to where both really lie.
  const homes = [await realpath(folder), dirname(await realpath(file))];
  if (!homes.some((home) => isInside(real, home))) {
    throw new InputError(`${named}, a link that leads out of the folder of the model: copy the file there`);
  }
  if (!(await stat(real)).isFile()) throw new InputError(`${named}, which is no file`);
  return path;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
