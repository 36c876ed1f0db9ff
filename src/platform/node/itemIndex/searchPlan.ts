import type { Table } from "@lancedb/lancedb";
import { AbortedError, Rng } from "../../../base/index.ts";
import {
  exactPlan,
  parsePlan,
  planKey,
  recallByDistance,
  type SearchPlan,
} from "../../../retrieval/index.ts";
import { lancedb } from "./lance.ts";

/**
 * Items from which an index is searched approximately. Below, comparing with all of them is fast enough: on two cores,
 * with vectors of 64 numbers, an exact search took 2.5 ms among 10,000, 8 ms among 70,000, 30 ms among 200,000, but 0.3 s
 * among a million (the least of 12 to 72 on a busy machine, where medians were up to ten times that).
 *
 * Past it, IVF without compression: among 200,000 it found 0.9975 of the 10 nearest in 3 ms, built in 17 s. Product
 * quantisation (0.9825 at best, whatever was refined) and HNSW with scalars (0.9875, 1 if refined) took 50 and 70 times as
 * long as IVF to build among 70,000 and were no faster to search; they save memory, which 64 numbers hardly need.
 */
export const approximateFrom = 200_000;

/** The least recall@10 that an approximate search may have. */
export const leastRecall = 0.98;

const indexName = "vector_idx";
const k = 10;
/** Items that recall is measured with: 640 neighbours, so that it is known to within 0.01. */
const sampleSize = 64;
const firstProbes = 8;
/** An index of so many times fewer items than there are now has too few cells, and is built anew. */
const outgrown = 4;

export interface PlanOptions {
  /** Default {@link approximateFrom}. */
  readonly approximateFrom?: number;
  /** Told what is done after the items are in. */
  readonly onStage?: (stage: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Tidies a table after its rows changed, builds or extends the approximate index where there are many, measures its recall,
 * and writes down how the table is to be searched.
 */
export async function planSearch(table: Table, options: PlanOptions): Promise<SearchPlan> {
  const { approximateFrom: from = approximateFrom, onStage, signal } = options;
  const step = (stage: string): void => {
    if (signal?.aborted) throw new AbortedError("indexing was stopped");
    onStage?.(stage);
  };
  step("tidying");
  // Joins small files, and takes new vectors into an index that is there; versions stay, as one of them is in use.
  await table.optimize({ cleanupOlderThan: new Date(0) });
  const rows = await table.countRows();
  const plan = rows >= from ? await approximatePlan(table, rows, step) : exactPlan(rows);
  if (plan.method === "exact" && (await hasIndex(table))) await table.dropIndex(indexName);
  step("finishing");
  await table.updateFieldMetadata([{ path: "vector", metadata: { [planKey]: JSON.stringify(plan) } }]);
  return plan;
}

/** How a table is to be searched, as was written down. */
export async function readPlan(table: Table): Promise<SearchPlan> {
  const { fields } = await table.schema();
  const text = fields.find(({ name }) => name === "vector")?.metadata.get(planKey);
  return text === undefined ? exactPlan(await table.countRows()) : parsePlan(text);
}

async function approximatePlan(
  table: Table,
  rows: number,
  step: (stage: string) => void,
): Promise<SearchPlan> {
  const before = await readPlan(table);
  let partitions = before.partitions;
  if (before.method === "exact" || rows > outgrown * before.rows || !(await hasIndex(table))) {
    partitions = Math.max(1, Math.round(Math.sqrt(rows)));
    step(`dealing vectors to ${partitions} cells`);
    const { Index } = await lancedb();
    const config = Index.ivfFlat({ distanceType: "cosine", numPartitions: partitions });
    await table.createIndex("vector", { config, replace: true });
  }
  step("measuring recall");
  const sample = await sampleOf(table, rows);
  const nearest = async (probes: number | null): Promise<number[][]> => {
    const found: number[][] = [];
    for (const { id, vector } of sample) {
      step("measuring recall");
      const query = nearestTo(table, vector, probes)
        .select(["id", "_distance"])
        .limit(k + 1);
      const rows: readonly { readonly id: string; readonly _distance: number }[] = await query.toArray();
      // Itself is found in any case.
      const others = rows.filter((row) => row.id !== id).slice(0, k);
      found.push(others.map(({ _distance }) => _distance));
    }
    return found;
  };
  const exact = await nearest(null);
  const chosen = { rows, queries: sample.length, partitions };
  let recall = 0;
  for (let probes = Math.min(firstProbes, partitions); ; probes = Math.min(2 * probes, partitions)) {
    recall = recallByDistance(await nearest(probes), exact);
    if (recall >= leastRecall) {
      return { ...chosen, method: "ivf-flat", probes, recallAt10: recall, note: null };
    }
    // Half of the cells or more: no faster than looking into all.
    if (4 * probes > partitions) break;
  }
  return exactPlan(
    rows,
    `an approximate search found only ${recall.toFixed(4)} of the 10 nearest, less than ${leastRecall}`,
  );
}

/** A search that looks into so many cells; exact where `probes` is null. */
export function nearestTo(table: Table, vector: Float32Array, probes: number | null) {
  const query = table.query().nearestTo(vector).column("vector").distanceType("cosine");
  // Not with a range of probes: LanceDB 0.39 then looks into all that the range allows.
  return probes === null ? query.bypassVectorIndex() : query.nprobes(probes);
}

async function hasIndex(table: Table): Promise<boolean> {
  return (await table.listIndices()).some(({ name }) => name === indexName);
}

async function sampleOf(table: Table, rows: number): Promise<{ id: string; vector: Float32Array }[]> {
  const rng = Rng.of(0, "recall", rows);
  const offsets = new Set<number>();
  while (offsets.size < Math.min(sampleSize, rows)) offsets.add(rng.int(rows));
  const found = await table
    .takeOffsets([...offsets].sort((a, b) => a - b))
    .select(["id", "vector"])
    .toArray();
  return found.map((row: { readonly id: string; readonly vector: Iterable<number> }) => ({
    id: row.id,
    vector: Float32Array.from(row.vector),
  }));
}
