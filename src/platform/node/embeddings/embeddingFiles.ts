import { InputError } from "../../../base/index.ts";
import { type Append, writeStreamAtomic } from "../files/files.ts";
import { writeNpy } from "../files/npy.ts";
import { embeddingColumns } from "./embeddingColumns.ts";
import { writeParquet } from "./embeddingParquet.ts";
import type { Embeddings } from "./embeddings.ts";

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

/** The files that embeddings go to: `path`, and beside a `.npy` file those of the labels and of the pictures. */
export function embeddingPaths(path: string): readonly [string, ...string[]] {
  const format = embeddingFormat(path);
  if (format !== ".npy") return [path];
  const [stem, ending] = [path.slice(0, -format.length), path.slice(-format.length)];
  return [path, `${stem}-labels${ending}`, `${stem}-pictures.csv`];
}

/**
 * Writes embeddings by the ending of `path`, each file in full or not at all, and returns the files' paths:
 *
 * - `.parquet`: columns `id`, `path`, `class`, `label`, `split` and `vector`, a list of float32; what is not known is null
 * - `.npy`: the vectors `[rows, dim]` float32; beside it `<name>-labels.npy`, `[rows]` int32, -1 where there is no label, and
 *   `<name>-pictures.csv`, `id,path,class,label,split` of each row
 * - `.csv`: `id,path,class,label,split,e0,e1,…`, numbers in the shortest form that reads back as the same float32, what is not
 *   known left empty
 *
 * Rows are handed over in parts, so that memory stays bounded.
 *
 * @throws InputError when the ending is another, a value is not finite (its picture named), or the file cannot be written.
 */
export async function writeEmbeddings(path: string, embeddings: Embeddings): Promise<string[]> {
  const format = embeddingFormat(path);
  requireFinite(embeddings);
  const { dim, pictures, vectors } = embeddings;
  const paths = embeddingPaths(path);
  const [, labelsPath, picturesPath] = paths;
  if (labelsPath === undefined || picturesPath === undefined) {
    const write = format === ".csv" ? writeCsv : writeParquet;
    await writeStreamAtomic(path, (append) => write(append, embeddings));
    return [...paths];
  }
  const labels = Int32Array.from(pictures, ({ label }) => label ?? -1);
  // One within the other, so that a failure of any leaves no part of the three behind.
  await writeStreamAtomic(path, async (append) => {
    await writeNpy(append, vectors, [pictures.length, dim]);
    await writeStreamAtomic(labelsPath, async (appendLabels) => {
      await writeNpy(appendLabels, labels, [labels.length]);
      await writeStreamAtomic(picturesPath, (appendPictures) =>
        writeCsv(appendPictures, { dim: 0, vectors: new Float32Array(0), pictures }),
      );
    });
  });
  return [...paths];
}

/** Rows of CSV handed over at a time: with 64 columns about 700 KB of text. */
const csvRows = 1024;

async function writeCsv(append: Append, { dim, pictures, vectors }: Embeddings): Promise<void> {
  const numbers = Array.from({ length: dim }, (_, i) => `e${i}`);
  await append(`${[...embeddingColumns, ...numbers].join(",")}\n`);
  for (let start = 0; start < pictures.length; start += csvRows) {
    let text = "";
    for (let row = start; row < Math.min(start + csvRows, pictures.length); row++) {
      const { id, path, className, label, split } = pictures[row]!;
      text += [id, path, className, label, split].map(csvCell).join(",");
      for (let i = row * dim; i < (row + 1) * dim; i++) text += `,${shortFloat32(vectors[i]!)}`;
      text += "\n";
    }
    await append(text);
  }
}

/** A cell as RFC 4180 has it; null is empty. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fewest digits, 6 to 9, that read back as the same float32. */
function shortFloat32(value: number): string {
  for (const digits of [6, 7, 8]) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

function requireFinite({ dim, pictures, vectors }: Embeddings): void {
  const at = vectors.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const { id } = pictures[Math.floor(at / dim)]!;
  throw new InputError(
    `the embedding of ${id} is ${vectors[at]} in column ${at % dim}, expected finite numbers: use another checkpoint (--checkpoint), or train again with a lower learning rate (--lr)`,
  );
}
