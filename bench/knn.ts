import { readFile } from "node:fs/promises";
import { nodeNeighbours } from "../src/platform/node/umap/neighbours.ts";
import { mnistVectors } from "./mnistVectors.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 5;
const count = 42_000;
const k = 16;
const threads = 2;

/** Seconds of the exact 16 nearest of 42,000 embeddings beside PyTorch's, in alternation, and how many agree. */
export async function benchKnn(): Promise<void> {
  const { vectors, dim, source, write, dispose } = await mnistVectors();
  process.stdout.write(`embeddings by ${source}\n`);
  const points = vectors.subarray(0, count * dim);
  const file = await write("points.f32", points);
  const ours: number[] = [];
  const theirs: number[] = [];
  let peer = "";
  let agreeing = Number.NaN;
  let share = 1;
  // The first round warms up, as the peer does by itself.
  for (let round = 0; round <= rounds; round++) {
    const begin = performance.now();
    const { indices, scored } = await nodeNeighbours("cpu", points, points, dim, k, {
      metric: "cosine",
      threads,
    });
    share = scored;
    if (round === 0) continue;
    ours.push((performance.now() - begin) / 1000);
    const result = await runPeer("knn.py", [file, dim, threads]);
    peer = result.ran ? `PyTorch ${result.value.version}, ${result.value.threads} threads` : result.why;
    if (!result.ran) continue;
    theirs.push(Number(result.value.seconds));
    agreeing = agreement(indices, new Uint32Array(new Uint8Array(await readFile(`${file}.peer`)).buffer));
  }
  measured({
    bench: "knn",
    what: `exact ${k} nearest of ${count} x ${dim}`,
    unit: "s",
    better: "less",
    digits: 2,
    ours,
    peer,
    theirs,
    note: `${(100 * share).toFixed(1)} % of pairs scored${theirs.length > 0 ? `, ${(100 * agreeing).toFixed(3)} % of neighbours agree` : ""}`,
  });
  await dispose();
}

/** The part of neighbours that both name, in whatever order: PyTorch ranks by cosines rounded to float32. */
function agreement(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let start = 0; start < a.length; start += k) {
    const named = new Set(a.subarray(start, start + k));
    for (let i = start; i < start + k; i++) if (named.has(b[i]!)) shared++;
  }
  return shared / a.length;
}
