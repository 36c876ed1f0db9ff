import { fitUmap } from "../src/node.ts";
import { mnistVectors } from "./mnistVectors.ts";
import { runPeer, spread } from "./peer.ts";

/** Of 10,000 vectors; of all, where umap-learn takes minutes, one. */
const fewRounds = 3;

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
    const theirs: number[] = [];
    let peer = "";
    const rounds = count === 10_000 ? fewRounds : 1;
    for (let round = 0; round < rounds; round++) {
      const own = await secondsOf(points, dim);
      ours.push(own.seconds);
      const quality = round === 0 && count === 10_000;
      const more = quality ? [labelFile, await write("map.f32", own.positions)] : [];
      const result = await runPeer("umap.py", [file, dim, ...more]);
      if (result.ran) theirs.push(Number(result.value.seconds));
      peer = result.ran ? `umap-learn ${result.value.version}` : result.why;
      if (result.ran && quality) printQuality(result.value.ours as Quality, result.value.theirs as Quality);
    }
    const line = [`${count} points`, `kindred ${show(ours)}`];
    if (theirs.length > 0) {
      const ratio = spread(theirs).median / spread(ours).median;
      line.push(`${peer} ${show(theirs)}`, `kindred is ${ratio.toFixed(1)} times as fast`);
    } else line.push(`peer skipped: ${peer} (umap-learn is python3-umap-learn)`);
    process.stdout.write(`${line.join("   ")}\n`);
  }
  await dispose();
}

function printQuality(ours: Quality, theirs: Quality): void {
  for (const [name, { trustworthiness, accuracy }] of Object.entries({
    kindred: ours,
    "umap-learn": theirs,
  })) {
    process.stdout.write(
      `${name.padEnd(10)} trustworthiness (k = 15) ${trustworthiness.toFixed(4)}   k-NN accuracy in the map (k = 5) ${accuracy.toFixed(4)}\n`,
    );
  }
}

function show(seconds: readonly number[]): string {
  const { median, least, greatest } = spread(seconds);
  return `${median.toFixed(1)} s (${least.toFixed(1)} to ${greatest.toFixed(1)})`;
}

async function secondsOf(
  points: Float32Array,
  dim: number,
): Promise<{ seconds: number; positions: Float32Array }> {
  const begin = performance.now();
  const { positions } = await fitUmap(points, dim);
  return { seconds: (performance.now() - begin) / 1000, positions };
}
