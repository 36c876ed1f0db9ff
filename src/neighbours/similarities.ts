import { unitRows } from "../base/unitRows.ts";
import { blockRows, type SimilarityBlocks } from "../evaluation/index.ts";
import { buildGraph, input, state } from "../graph/index.ts";
import { gemm } from "../ops/index.ts";
import type { Runtime } from "../runtime/index.ts";

/** Cosine similarities computed by a runtime, and how to free what it holds for them. */
export interface RuntimeSimilarities {
  readonly blocks: SimilarityBlocks;
  dispose(): Promise<void>;
}

/**
 * Cosine similarity of `queries` `[count, dim]` against all `references` `[count, dim]`, a block of rows at a time,
 * as a matrix product on the runtime: `normalized queries . normalized references'`.
 */
export async function runtimeSimilarities(
  runtime: Runtime,
  queries: Float32Array,
  references: Float32Array,
  dim: number,
): Promise<RuntimeSimilarities> {
  const queryCount = queries.length / dim;
  const count = references.length / dim;
  const unitQueries = unitRows(queries, dim, "queries");
  const rows = blockRows(count);
  const q = input("queries", [rows, dim]);
  const r = state("references", [count, dim]);
  const program = await runtime.compile(
    buildGraph({ name: "similarities", outputs: { similarity: gemm(q, r, null, { transB: 1 }) } }),
  );
  const data = unitRows(references, dim, "references");
  const store = await runtime.createStore(
    new Map([["references", { dtype: "float32" as const, shape: [count, dim], data }]]),
  );
  const compute = async (start: number, size: number): Promise<Float32Array> => {
    const results: Float32Array[] = [];
    for (let done = 0; done < size; done += rows) {
      // A part of a block is filled up with zero rows, which nobody reads.
      const part = new Float32Array(rows * dim);
      const wanted = Math.min(rows, size - done);
      part.set(unitQueries.subarray((start + done) * dim, (start + done + wanted) * dim));
      const { similarity } = await program.run(
        { queries: { dtype: "float32", shape: [rows, dim], data: part } },
        { store, transfer: true },
      );
      results.push((similarity!.data as Float32Array).subarray(0, wanted * count));
    }
    return joined(results);
  };
  let ahead: Ahead | null = null;
  return {
    blocks: async (start, size) => {
      const block = ahead?.start === start && ahead.size === size ? ahead.block : compute(start, size);
      const next = start + size;
      ahead = null;
      if (next < queryCount) {
        const nextSize = Math.min(size, queryCount - next);
        ahead = { start: next, size: nextSize, block: compute(next, nextSize) };
        // Whoever asks for it is told; nobody may.
        ahead.block.catch(() => undefined);
      }
      return block;
    },
    dispose: async () => {
      await ahead?.block.catch(() => undefined);
      await program.dispose();
      await store.dispose();
    },
  };
}

/** The block that is most likely asked for next: it is computed while the one before it is ranked. */
interface Ahead {
  readonly start: number;
  readonly size: number;
  readonly block: Promise<Float32Array>;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
