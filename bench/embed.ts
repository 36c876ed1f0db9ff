import { Embedder, ImageColumn, initialState, lessonEncoder, Rng } from "../src/index.ts";
import { loadDataset, nodeRuntime } from "../src/node.ts";
import { readCeiling } from "./ceiling.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 5;
const pictures = 42_000;

/** Pictures a second embedded by the lesson's encoder, from bytes to vectors, beside PyTorch's inference, in turn. */
export async function benchEmbed(): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  let peer = "";
  for (let round = 0; round < rounds; round++) {
    await readCeiling();
    ours.push(await embedAll());
    const result = await runPeer("embed.py", [pictures]);
    if (result.ran) theirs.push(Number(result.value.picturesPerSecond));
    peer = result.ran
      ? `PyTorch ${result.value.version}, ${result.value.threads} threads, batch ${result.value.batch}`
      : result.why;
  }
  measured({
    bench: "embed",
    what: `embedding ${pictures} pictures`,
    unit: "pictures/s",
    better: "more",
    digits: 0,
    ours,
    peer,
    theirs,
  });
}

async function embedAll(): Promise<number> {
  const dataset = await loadDataset("mnist", { limit: pictures });
  const runtime = await nodeRuntime({ device: "cpu" });
  const encoder = lessonEncoder();
  const weights = initialState(encoder, (name) => Rng.of(1, "initial", name));
  const embedder = await Embedder.fixed(runtime, encoder, weights);
  await embedder.embed(new ImageColumn({ ...dataset, count: 1024 }), null);
  const begin = performance.now();
  await embedder.embed(new ImageColumn(dataset), null);
  const seconds = (performance.now() - begin) / 1000;
  await embedder.dispose();
  await runtime.dispose();
  return dataset.count / seconds;
}
