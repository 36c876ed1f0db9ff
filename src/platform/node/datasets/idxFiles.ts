import { basename, dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { InputError } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import { type ImageDataset, idxLength, type NamedBytes, parseIdx } from "../../../modality/image/index.ts";
import { readFileOrExplain } from "../files/files.ts";

/** The paths of two files that belong together. */
export interface IdxPair {
  readonly images: string;
  /** null where there is none and none is needed. */
  readonly labels: string | null;
}

/** `train-images-idx3-ubyte` as it is handed out, or `train-images.idx3-ubyte` as some programs unpack it; after any prefix. */
const imagesName = /^(.*)images([-.])idx3-ubyte(\.gz)?$/i;
const labelsName = /labels[-.]idx1-ubyte(\.gz)?$/i;

/** More than this no byte of gzip becomes, see RFC 1951. */
const mostPerByte = 1032;

/** Whether a name is that of an IDX file of images. */
export function isIdxImages(name: string): boolean {
  return imagesName.test(name);
}

/** Whether a name is that of an IDX file of labels. */
export function isIdxLabels(name: string): boolean {
  return labelsName.test(name);
}

/** What a file's name says before `images`: the part, and what comes before that (`emnist-letters-`). */
function nameOf(images: string): { readonly set: string; readonly split: "train" | "test" } {
  const [, prefix = ""] = imagesName.exec(images)!;
  const part = /(^|[-_.])(train|test|t10k)[-_.]?$/i.exec(prefix);
  const split = part && part[2]!.toLowerCase() !== "train" ? "test" : "train";
  return { set: part ? prefix.slice(0, part.index + part[1]!.length) : prefix, split };
}

/**
 * The IDX files of a folder for a split: MNIST's names, also after a prefix such as `emnist-letters-`, and `test` for `t10k`;
 * null where there are none for it.
 *
 * @param unlabelled whether pictures will do without labels
 * @throws InputError when the folder has several sets, or the labels file is missing.
 */
export function idxPairIn(
  folder: string,
  names: ReadonlySet<string>,
  split: "train" | "test",
  unlabelled: boolean,
): IdxPair | null {
  const images = [...names].filter((name) => isIdxImages(name) && nameOf(name).split === split).sort();
  const sets = new Set(images.map((name) => nameOf(name).set));
  if (sets.size > 1) {
    throw new InputError(
      `${folder} has several sets of IDX files, ${listed(images, 4)}: give the images file to take as --data`,
    );
  }
  // Unpacked before packed.
  const [first] = images;
  return first === undefined ? null : withLabels(folder, first, names, unlabelled);
}

/**
 * The pair that an images file belongs to; null where it is not of the split.
 *
 * @throws InputError when the labels file is missing.
 */
export function idxPairOf(
  path: string,
  names: ReadonlySet<string>,
  split: "train" | "test",
  unlabelled: boolean,
): IdxPair | null {
  const name = basename(path);
  if (split === "test" && nameOf(name).split !== "test") return null;
  return withLabels(dirname(path), name, names, unlabelled);
}

function withLabels(
  folder: string,
  images: string,
  names: ReadonlySet<string>,
  unlabelled: boolean,
): IdxPair {
  const labels = labelsOf(images, names);
  if (labels === undefined && !unlabelled) {
    const expected = images.replace("images", "labels").replace("idx3", "idx1");
    throw new InputError(
      `${join(folder, images)} has no labels file beside it, expected ${expected}: put it there, or train without labels (--unlabelled)`,
    );
  }
  return { images: join(folder, images), labels: labels === undefined ? null : join(folder, labels) };
}

/** The labels file that belongs to an images file: packed or not, its separator as in the images file or not. */
function labelsOf(images: string, names: ReadonlySet<string>): string | undefined {
  const [, prefix, separator, gz = ""] = imagesName.exec(images)!;
  const separators = separator === "-" ? ["-", "."] : [".", "-"];
  const candidates = [gz, gz === "" ? ".gz" : ""].flatMap((end) =>
    separators.map((between) => `${prefix}labels${between}idx1-ubyte${end}`),
  );
  return candidates.find((name) => names.has(name));
}

/**
 * Images and labels from a pair of IDX files.
 *
 * @param unlabelled whether the labels are passed over
 * @throws InputError when one cannot be read, or is damaged.
 */
export async function loadIdx(
  { images, labels }: IdxPair,
  name: string,
  unlabelled: boolean,
): Promise<ImageDataset> {
  const pictures = await readUnpacked(images);
  return parseIdx(name, pictures, labels === null || unlabelled ? null : await readUnpacked(labels));
}

async function readUnpacked(file: string): Promise<NamedBytes> {
  const bytes = await readFileOrExplain(file);
  return file.toLowerCase().endsWith(".gz") ? { file, bytes: await unpacked(file, bytes) } : { file, bytes };
}

/**
 * The content of a gzip file of IDX, as far as its header says that it goes and a byte more: a few bytes of gzip can hold
 * gigabytes.
 */
async function unpacked(file: string, packed: Uint8Array): Promise<Uint8Array> {
  const gunzip = createGunzip();
  gunzip.end(packed);
  const chunks: Uint8Array[] = [];
  let length = 0;
  let expected: number | null = null;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      expected ??= idxLength(Buffer.concat(chunks, Math.min(length, 64)));
      // Of another kind, or cut off for certain: the beginning is enough to say so.
      if (expected !== null && (length > expected || expected > mostPerByte * packed.length)) break;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${file} cannot be unpacked, expected a whole gzip file: ${reason}, get it again`, {
      cause: error,
    });
  }
  const most = expected === null ? length : Math.min(length, expected + 1);
  return Buffer.concat(chunks, most);
}
