import { fitUmap } from "../src/node.ts";
import { mnistVectors } from "./mnistVectors.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

/** Of 10,000 vectors; fewer of all, where umap-learn takes minutes. */
const fewRounds = 3;
const manyRounds = 2;

/** With a seed umap-learn repeats its map, as ours always does; without one it is faster, and each map another. */
const seeds = [0, "none"] as const;

/** What `peers/umap.py` tells of a map. */
interface Quality {
  readonly trustworthiness: number;
  readonly accuracy: number;
}

/** Seconds of a fit beside umap-learn's, in alternation, and at 10,000 points the quality of both maps. */
export async function benchUmap(): Promise<void> {
  const { vectors, labels, dim, source, write, dispose } = await mnistVectors();
  process.stdout.write(`embeddings by ${source}\n`);
  for (const count of [10_000, labels.length]) {
    const points = vectors.subarray(0, count * dim);
    const file = await write("points.f32", points);
    const labelFile = await write("labels.i32", labels.subarray(0, count));
    const ours: number[] = [];
    const theirs: Record<(typeof seeds)[number], number[]> = { 0: [], none: [] };
    let peer = "";
    let note = "";
    const rounds = count === 10_000 ? fewRounds : manyRounds;
    for (let round = 0; round < rounds; round++) {
      const own = await secondsOf(points, dim);
      ours.push(own.seconds);
      for (const seed of seeds) {
        const quality = round === 0 && count === 10_000 && seed === 0;
        const more = quality ? [labelFile, await write("map.f32", own.positions)] : [];
        const result = await runPeer("umap.py", [file, dim, seed, ...more]);
        if (result.ran) theirs[seed].push(Number(result.value.seconds));
        peer = result.ran ? `umap-learn ${result.value.version}` : result.why;
        if (result.ran && quality)
          note = compare(result.value.ours as Quality, result.value.theirs as Quality);
      }
    }
    const what = `UMAP of ${count} x ${dim}`;
    const common = { bench: "umap", what, unit: "s", better: "less", digits: 1, ours } as const;
    measured({ ...common, peer: `${peer}, seeded`, theirs: theirs[0], ...(note === "" ? {} : { note }) });
    measured({ ...common, peer: `${peer}, unseeded`, theirs: theirs.none });
  }
  await dispose();
}

function compare(ours: Quality, theirs: Quality): string {
  const both = (of: (quality: Quality) => number): string =>
    `${of(ours).toFixed(4)} against ${of(theirs).toFixed(4)}`;
  return `trustworthiness (k = 15) ${both((quality) => quality.trustworthiness)}, k-NN accuracy in the map (k = 5) ${both((quality) => quality.accuracy)}`;
}

async function secondsOf(
  points: Float32Array,
  dim: number,
): Promise<{ seconds: number; positions: Float32Array }> {
  const begin = performance.now();
  const { positions } = await fitUmap(points, dim);
  return { seconds: (performance.now() - begin) / 1000, positions };
}
