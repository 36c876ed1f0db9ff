import { readRunEncoder } from "../platform/node/run/runEncoder.ts";
import { withTrunkFeatures } from "../platform/node/trunk/trunkFeatures.ts";
import { fitUmap, type UmapProgress } from "../platform/node/umap/umap.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "../train/index.ts";
import { buildSpace, type EmbeddingsHead, neighboursBy, unitRows } from "../workspace/index.ts";
import type { OpenRun } from "./openRun.ts";
import type { RecentEmbeddings } from "./recentEmbeddings.ts";
import { embeddingsKey, type SentMessage, sent } from "./spaceCache.ts";

export interface SpaceComputation {
  readonly run: OpenRun;
  readonly epoch: number;
  /** The default checkpoint's space, to lie as that one does; null for that one itself. */
  readonly reference: readonly SentMessage[] | null;
  readonly runtime: Runtime;
  readonly recent: RecentEmbeddings;
  readonly onProgress: (doing: string, part: number) => void;
  /** `points`, `neighbours` and `umap`, as soon as each is there. */
  readonly onMessage: (message: SentMessage) => void;
  readonly signal: AbortSignal;
}

/**
 * The space of all of a run's pictures: `points`, `neighbours`, `umap` and `embeddings`.
 *
 * @throws AbortedError when stopped by the signal.
 */
export async function computeSpace(computation: SpaceComputation): Promise<readonly SentMessage[]> {
  const { run, epoch, reference, runtime, recent, onProgress, onMessage, signal } = computation;
  const { labels } = run.pictures;
  const { labelled } = run.info;
  const { dim } = run.info;
  const before = run.info.checkpoints.findLast((other) => other < epoch);
  const epochs = before === undefined ? [epoch] : [epoch, before];
  const keys = await Promise.all(epochs.map((each) => embeddingsKey(run, each)));
  const missing = keys.filter((key) => !recent.has(key)).length;
  let embedded = 0;
  const embed = (checkpoint: number, key: string): Promise<Float32Array> =>
    recent.get(key, async () => {
      const rows = await embeddings(run, checkpoint, runtime, signal, (part) =>
        onProgress("embedding pictures", (embedded + part) / missing),
      );
      embedded++;
      return rows;
    });
  const own = await embed(epoch, keys[0]!);
  const former = before === undefined ? null : await embed(before, keys[1]!);
  const messages: SentMessage[] = [];
  await buildSpace(
    {
      checkpoint: epoch,
      embeddings: own,
      labels,
      labelled,
      dim,
      former,
      reference: reference && positionsOf(reference),
    },
    {
      neighbours: neighboursBy(runtime),
      layout: async ({ units, neighbours: { k } }, { onProgress: told }) => {
        const { positions } = await fitUmap(units, dim, {
          metric: "cosine",
          nNeighbors: k,
          seed: 0,
          signal,
          onProgress: ({ stage, done, total }) => told(umapPart(stage, done / total)),
        });
        return positions;
      },
      signal,
    },
    ({ head, arrays }) => {
      if (head.type === "progress") return onProgress(head.doing, head.part);
      if (head.type === "end" || head.type === "failed") return;
      const message = sent({ head, arrays });
      messages.push(message);
      onMessage(message);
    },
  );
  const count = labels.length;
  const head: EmbeddingsHead = { type: "embeddings", checkpoint: epoch, count, dim };
  messages.push(sent({ head, arrays: { embeddings: unitRows(own, dim) } }));
  return messages;
}

async function embeddings(
  { folder, config, pictures }: OpenRun,
  epoch: number,
  runtime: Runtime,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<Float32Array> {
  const { encoder, weights } = await readRunEncoder(folder, config, epoch);
  const embedder = await Embedder.fixed(runtime, encoder, weights);
  try {
    const given = await withTrunkFeatures(encoder, pictures, {
      signal,
      onProgress: (done, total) => onProgress(done / total),
    });
    return await embedder.embed(given, null, {
      signal,
      onProgress: (done, total) => onProgress(done / total),
    });
  } finally {
    await embedder.dispose();
  }
}

function positionsOf(messages: readonly SentMessage[]): {
  pca: Float32Array | null;
  umap: Float32Array | null;
} {
  const find = (type: string, name: string): Float32Array | null => {
    const array = messages.find(({ head }) => head.type === type)?.arrays[name];
    return array instanceof Float32Array ? array : null;
  };
  return { pca: find("points", "pca"), umap: find("umap", "umap") };
}

/** The neighbours take about a sixth of the time, and the graph little. */
function umapPart(stage: UmapProgress["stage"], part: number): number {
  const [from, to] = { neighbours: [0, 0.15], graph: [0.15, 0.2], layout: [0.2, 1] }[stage] as [
    number,
    number,
  ];
  return from + part * (to - from);
}
