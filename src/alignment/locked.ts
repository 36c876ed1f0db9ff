import { crc32 } from "../base/crc32.ts";
import { KindredError } from "../base/index.ts";
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
  const embeddings = await embedder.embed(column, null, rows ? { ...options, rows } : options);
  /** Where each row's embedding is; -1 where it has none. */
  const places = new Int32Array(column.count).fill(-1);
  if (rows) for (const [place, row] of rows.entries()) places[row] = place;
  else for (const row of places.keys()) places[row] = row;
  const { name, modality, count, preview } = column;
  const fingerprint = crc32(new Uint8Array(embeddings.buffer)).toString(16).padStart(8, "0");
  return {
    ...{ name, modality, count },
    ...(preview ? { preview: (row) => preview.call(column, row) } : {}),
    ports: [lockedPort(dim)],
    has: (row) => (places[row] ?? -1) >= 0,
    fingerprint: () => fingerprint,
    gather: (asked): Ports => {
      const data = new Float32Array(asked.length * dim);
      for (const [at, row] of asked.entries()) {
        const place = places[row] ?? -1;
        if (place < 0) throw new KindredError(`${name} has no ${modality} in row ${row}, expected one`);
        data.set(embeddings.subarray(place * dim, (place + 1) * dim), at * dim);
      }
      return { embedding: { dtype: "float32", shape: [asked.length, dim], data } };
    },
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
