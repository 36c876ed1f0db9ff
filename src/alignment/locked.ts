import { crc32 } from "../base/crc32.ts";
import { KindredError, Rng } from "../base/index.ts";
import { type Column, type Port, type Ports, presentRows } from "../data/index.ts";
import { linearLayer, type Module } from "../nn/index.ts";
import type { Embedder, EmbedOptions, Tower } from "../train/index.ts";

/** What a locked column gives and a tower on top of it takes. */
const lockedPort = (dim: number): Port => ({ name: "embedding", dtype: "float32", shape: [dim] });

/**
 * A column's embeddings by a frozen tower, made once: its port is `embedding` `[dim]`, and training goes on from there, so that
 * batches can be large. Of a row with several values it is the first one's; rows that lack the modality still do.
 *
 * @param embedder with the tower's parameters fixed, see `Embedder.fixed`; not disposed of
 * @throws InputError when the column does not give what the tower takes.
 * @throws AbortedError when stopped by `signal`.
 */
export async function lockedColumn(
  column: Column,
  embedder: Embedder,
  options: Omit<EmbedOptions, "rows"> = {},
): Promise<Column> {
  const { dim } = embedder.tower;
  const rows = presentRows(column);
  const made = await embedder.embed(column, null, rows ? { ...options, rows } : options);
  const embeddings = new Array<readonly Float32Array[]>(column.count).fill([]);
  for (let place = 0; place < made.length / dim; place++) {
    embeddings[rows?.[place] ?? place] = [made.subarray(place * dim, (place + 1) * dim)];
  }
  const fingerprint = crc32(new Uint8Array(made.buffer)).toString(16).padStart(8, "0");
  return embeddingColumn(column, embeddings, dim, fingerprint);
}

/**
 * Embeddings that were made before as a column, of which a row may have several, or none: {@link Column.gather} gives the first one of each
 * row, and `vary` draws one, from a stream of the seed, the epoch and the batch. Its port is `embedding` `[dim]`.
 *
 * @param of name, modality and preview are this one's
 * @param embeddings of each row, each `[dim]`
 * @param fingerprint names what was embedded, and by what
 */
export function embeddingColumn(
  of: Pick<Column, "name" | "modality" | "preview">,
  embeddings: readonly (readonly Float32Array[])[],
  dim: number,
  fingerprint: string,
): Column {
  const { name, modality, preview } = of;
  const gathered = (rows: Uint32Array, place: (count: number) => number): Ports => {
    const data = new Float32Array(rows.length * dim);
    for (const [at, row] of rows.entries()) {
      const ofRow = embeddings[row] ?? [];
      if (ofRow.length === 0) {
        throw new KindredError(`${name} has no ${modality} in row ${row}, expected one`);
      }
      data.set(ofRow[place(ofRow.length)]!, at * dim);
    }
    return { embedding: { dtype: "float32", shape: [rows.length, dim], data } };
  };
  const several = embeddings.some(({ length }) => length > 1);
  return {
    ...{ name, modality, count: embeddings.length },
    ...(preview ? { preview: (row) => preview.call(of, row) } : {}),
    ports: [lockedPort(dim)],
    has: (row) => (embeddings[row]?.length ?? 0) > 0,
    fingerprint: () => fingerprint,
    gather: (rows) => gathered(rows, () => 0),
    ...(several
      ? {
          vary: (_, seed) => ({
            ahead: 0,
            gather: (rows, epoch, batch) => {
              const rng = Rng.of(seed, "embeddings", modality, epoch, batch);
              return gathered(rows, (count) => rng.int(count));
            },
          }),
        }
      : {}),
  };
}

/** The tower of a locked column: it gives what it takes, `embedding` `[batch, dim]`, and has nothing to train. */
export function lockedTower(modality: string, dim: number): Tower {
  return {
    ...{ name: `locked ${modality}`, modality, dim, state: [] },
    ports: [lockedPort(dim)],
    embed: ({ embedding }) => embedding!,
  };
}

/**
 * A trained head on a locked column: `embedding` `[batch, features]` to `[batch, dim]`. For towers that were trained elsewhere.
 *
 * @param head `[n, features] -> [n, dim]`, such as `projectionHead(features, { dim })`. Default: linear
 */
export function headTower(
  modality: string,
  features: number,
  dim: number,
  head: Module = linearLayer(features, dim),
): Tower {
  return {
    ...{ name: `head of ${modality}`, modality, dim, state: head.state },
    ports: [lockedPort(features)],
    embed: ({ embedding }, pass) => head.forward(embedding!, pass),
  };
}
