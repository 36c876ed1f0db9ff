import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "../src/base/index.ts";
import { ItemIndex } from "../src/platform/node/itemIndex/itemIndex.ts";
import { approximateFrom } from "../src/platform/node/itemIndex/searchPlan.ts";
import { nodeNeighbours } from "../src/platform/node/umap/neighbours.ts";
import type { IndexedItem, IndexInfo } from "../src/retrieval/index.ts";
import { mnistVectors } from "./mnistVectors.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 3;
const k = 10;
const queryCount = 200;
const threads = 2;

/** Vectors to search in, row by row. */
interface Vectors {
  readonly name: string;
  readonly values: Float32Array;
  readonly dim: number;
}

/** An index built and searched, one vector at a time, beside brute force: on disk against in memory. */
export async function benchIndex(): Promise<void> {
  const { vectors, dim, source, dispose } = await mnistVectors();
  process.stdout.write(`embeddings by ${source}\n`);
  const count = 42_000;
  await benchVectors({ name: `${count} x ${dim} of MNIST`, values: vectors.slice(0, count * dim), dim });
  await dispose();
  await benchVectors({
    name: `${approximateFrom} x 64 in clusters`,
    values: clustered(approximateFrom, 64),
    dim: 64,
  });
}

async function benchVectors({ name, values, dim }: Vectors): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-index-"));
  const count = values.length / dim;
  const rows = Array.from({ length: queryCount }, (_, i) => Math.floor((i * count) / queryCount));
  const queries = new Float32Array(queryCount * dim);
  for (const [at, row] of rows.entries()) queries.set(values.subarray(row * dim, (row + 1) * dim), at * dim);
  const files = { vectors: join(folder, "vectors.f32"), queries: join(folder, "queries.f32") };
  await writeFile(files.vectors, values);
  await writeFile(files.queries, queries);

  const building: number[] = [];
  const path = join(folder, "bench.lance");
  let index: ItemIndex | undefined;
  for (let round = 0; round < rounds; round++) {
    index?.close();
    const begin = performance.now();
    index = await ItemIndex.create(path, infoOf(dim), parts(values, dim), { force: round > 0 });
    building.push((performance.now() - begin) / 1000);
  }
  const { plan } = index!;
  measured({
    bench: "index",
    what: `build an index of ${name}`,
    unit: "s",
    better: "less",
    digits: 2,
    ours: building,
    peer: "brute force builds nothing",
    theirs: [],
    note: `${plan.method}, measured recall@10 ${plan.recallAt10.toFixed(4)}`,
  });

  const exact = await nodeNeighbours("cpu", queries, values, dim, k, { metric: "cosine", threads });
  const ours: number[] = [];
  const theirs: number[] = [];
  let peer = "";
  let [recall, peerRecall, block] = [0, Number.NaN, 0];
  for (let round = 0; round < rounds; round++) {
    const times: number[] = [];
    const found: number[] = [];
    for (let at = 0; at < queryCount; at++) {
      const begin = performance.now();
      const hits = await index!.search(queries.subarray(at * dim, (at + 1) * dim), { k });
      times.push(performance.now() - begin);
      found.push(...hits.map(({ id }) => Number(id)));
    }
    ours.push(median(times));
    recall = agreement(found, exact.indices);
    const begin = performance.now();
    await nodeNeighbours("cpu", queries, values, dim, k, { metric: "cosine", threads });
    block = (performance.now() - begin) / queryCount;
    const result = await runPeer("index.py", [files.vectors, files.queries, dim, threads]);
    peer = result.ran ? `PyTorch ${result.value.version}, ${result.value.threads} threads` : result.why;
    if (!result.ran) continue;
    theirs.push(median(result.value.milliseconds as number[]));
    const bytes = await readFile(`${files.queries}.peer`);
    peerRecall = agreement([...new Uint32Array(new Uint8Array(bytes).buffer)], exact.indices);
  }
  const notes = [
    `recall@10 ${recall.toFixed(4)}`,
    ...(Number.isNaN(peerRecall) ? [] : [`the peer's ${peerRecall.toFixed(4)}, from memory`]),
    `our exact neighbours ${block.toFixed(2)} ms each, ${queryCount} together`,
  ];
  measured({
    bench: "index",
    what: `one search of ${name}`,
    unit: "ms",
    better: "less",
    digits: 2,
    ours,
    peer,
    theirs,
    note: notes.join("; "),
  });
  index?.close();
  await rm(folder, { recursive: true });
}

function infoOf(dim: number): IndexInfo {
  return {
    ...{ format: 2, fingerprint: "0".repeat(64), dim, metric: "cosine", run: null },
    modalities: [{ modality: "image", encoder: "bench", inputShape: [1, 28, 28], preprocessing: null }],
    ...{ kindred: "bench", made: new Date().toISOString() },
  };
}

async function* parts(values: Float32Array, dim: number): AsyncGenerator<IndexedItem[]> {
  const [count, size] = [values.length / dim, 4096];
  for (let start = 0; start < count; start += size) {
    yield Array.from({ length: Math.min(size, count - start) }, (_, i) => ({
      ...{ id: String(start + i), modality: "image", label: null, path: null, split: null, hash: "" },
      ...{ fields: {}, preview: null },
      vector: values.subarray((start + i) * dim, (start + i + 1) * dim),
    }));
  }
}

/** Points around 200 centres, each cluster spread out in 12 directions of its own, as classes of pictures are. */
function clustered(count: number, dim: number): Float32Array {
  const [clusters, directions] = [200, 12];
  const rng = Rng.of(1, "clusters");
  const normals = (n: number): Float32Array => Float32Array.from({ length: n }, () => rng.normal());
  const centres = normals(clusters * dim);
  const bases = normals(clusters * directions * dim);
  const values = new Float32Array(count * dim);
  for (let row = 0; row < count; row++) {
    const cluster = rng.int(clusters);
    const out = values.subarray(row * dim, (row + 1) * dim);
    for (let i = 0; i < dim; i++) out[i] = centres[cluster * dim + i]! + 0.16 * rng.normal();
    for (let direction = 0; direction < directions; direction++) {
      const along = 0.35 * rng.normal();
      const base = (cluster * directions + direction) * dim;
      for (let i = 0; i < dim; i++) out[i]! += along * bases[base + i]!;
    }
  }
  return values;
}

function agreement(found: readonly number[], exact: Uint32Array): number {
  let shared = 0;
  for (let start = 0; start < exact.length; start += k) {
    const named = new Set(exact.subarray(start, start + k));
    for (const id of found.slice(start, start + k)) if (named.has(id)) shared++;
  }
  return shared / exact.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
