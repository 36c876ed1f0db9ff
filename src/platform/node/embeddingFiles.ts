import { InputError } from "../../base/index.ts";
import { writeParquet } from "./embeddingParquet.ts";
import type { Embeddings } from "./embeddings.ts";
import { type Append, writeStreamAtomic } from "./files.ts";
import { writeNpy } from "./npy.ts";

const endings = [".parquet", ".npy", ".csv"] as const;

/** The form of a file of embeddings, which its ending says. */
export type EmbeddingFormat = (typeof endings)[number];

/** @throws InputError when the name ends in none of `.parquet`, `.npy` and `.csv`. */
export function embeddingFormat(path: string): EmbeddingFormat {
  const ending = endings.find((end) => path.toLowerCase().endsWith(end));
  if (ending) return ending;
  throw new InputError(
    `${path} names no form of embeddings by its ending, expected .parquet, .npy or .csv: name such a file`,
  );
}

/** The files that embeddings go to: `path`, and beside a `.npy` file that of the labels. */
export function embeddingPaths(path: string): readonly [string, string?] {
  const format = embeddingFormat(path);
  if (format !== ".npy") return [path];
  return [path, `${path.slice(0, -format.length)}-labels${path.slice(-format.length)}`];
}

/**
 * Writes embeddings by the ending of `path`, each file in full or not at all, and returns the files' paths:
 *
 * - `.parquet`: columns `id`, `label` and `vector`, a list of float32
 * - `.npy`: the vectors `[rows, dim]` float32, and beside it `<name>-labels.npy`, `[rows]` int32
 * - `.csv`: `id,label,e0,e1,…`, numbers in the shortest form that reads back as the same float32
 *
 * `id` is the row, from 0. Rows are handed over in parts, so that memory stays bounded.
 *
 * @throws InputError when the ending is another, a value is not finite (row named), or the file cannot be written.
 */
export async function writeEmbeddings(path: string, embeddings: Embeddings): Promise<string[]> {
  const format = embeddingFormat(path);
  requireFinite(embeddings);
  const { dim, labels, vectors } = embeddings;
  const [, labelsPath] = embeddingPaths(path);
  if (labelsPath !== undefined) {
    // Within the other, so that a failure of either leaves no half of the pair behind.
    await writeStreamAtomic(path, async (append) => {
      await writeNpy(append, vectors, [labels.length, dim]);
      await writeStreamAtomic(labelsPath, (appendLabels) => writeNpy(appendLabels, labels, [labels.length]));
    });
    return [path, labelsPath];
  }
  const write = format === ".csv" ? writeCsv : writeParquet;
  await writeStreamAtomic(path, (append) => write(append, embeddings));
  return [path];
}

/** Rows of CSV handed over at a time: with 64 columns about 700 KB of text. */
const csvRows = 1024;

async function writeCsv(append: Append, { dim, labels, vectors }: Embeddings): Promise<void> {
  await append(`${["id", "label", ...Array.from({ length: dim }, (_, i) => `e${i}`)].join(",")}\n`);
  for (let start = 0; start < labels.length; start += csvRows) {
    let text = "";
    for (let row = start; row < Math.min(start + csvRows, labels.length); row++) {
      text += `${row},${labels[row]}`;
      for (let i = row * dim; i < (row + 1) * dim; i++) text += `,${shortFloat32(vectors[i]!)}`;
      text += "\n";
    }
    await append(text);
  }
}

/** The fewest digits, 6 to 9, that read back as the same float32. */
function shortFloat32(value: number): string {
  for (const digits of [6, 7, 8]) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

function requireFinite({ dim, vectors }: Embeddings): void {
  const at = vectors.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new InputError(
    `the embedding of row ${Math.floor(at / dim)} is ${vectors[at]} in column ${at % dim}, expected finite numbers: use another checkpoint (--checkpoint), or train again with a lower learning rate`,
  );
}
