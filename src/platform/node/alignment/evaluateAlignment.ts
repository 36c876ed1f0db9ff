import { Rng } from "../../../base/index.ts";
import { columnOf, pickRows } from "../../../data/index.ts";
import {
  type CrossModalReport,
  centroid,
  crossModalReport,
  type ModalityEmbeddings,
} from "../../../evaluation/index.ts";
import { runtimeSimilarities } from "../../../neighbours/index.ts";
import { initialState } from "../../../nn/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { Embedder } from "../../../train/index.ts";
import type { MeasuredRows } from "./alignmentData.ts";
import type { OpenedAlignment } from "./openAlignment.ts";
import type { AlignedState, SenseTower } from "./senseTower.ts";

export interface EvaluateAlignmentOptions {
  readonly runtime: Runtime;
  readonly seed: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The rows of each modality as its tower embeds them. */
export async function embedRows(
  towers: readonly SenseTower[],
  state: AlignedState,
  rows: MeasuredRows,
  { runtime, onProgress, signal }: Omit<EvaluateAlignmentOptions, "seed">,
): Promise<ModalityEmbeddings[]> {
  const embedded: ModalityEmbeddings[] = [];
  for (const { modality, dataset } of rows) {
    const sense = towers.find((one) => one.modality === modality);
    if (!sense) continue;
    const { tower, state: weights } = sense.whole(state);
    const embedder = await Embedder.fixed(runtime, tower, weights);
    try {
      const embeddings = await embedder.embed(columnOf(dataset, modality), null, {
        ...(signal ? { signal } : {}),
        onProgress: (done, total) => onProgress?.(`embedding ${modality}`, done, total),
      });
      embedded.push({ modality, labels: dataset.labels, embeddings, dim: tower.dim });
    } finally {
      await embedder.dispose();
    }
  }
  return embedded;
}

/**
 * Measures an alignment on rows that it was not trained on: retrieval in all directions, zero-shot accuracy by the texts, gap and hubs, before
 * and after each modality is centred by its validation rows, beside the same towers without training.
 *
 * @throws AbortedError when stopped by the signal.
 */
export async function evaluateAlignment(
  { towers, data, measured }: OpenedAlignment,
  state: AlignedState,
  options: EvaluateAlignmentOptions,
): Promise<{ readonly of: "test" | "validation"; readonly report: CrossModalReport }> {
  const { runtime, seed, onProgress, signal } = options;
  const { of, rows } = await measured();
  const embedded = await embedRows(towers, state, rows, options);
  const untrained = await embedRows(towers, untrainedState(towers, seed), rows, options);
  const validation = rows.map(({ modality }) => ({ modality, dataset: data.validation }));
  const ofValidation =
    data.validation.count > 1 ? await embedRows(towers, state, validation.map(present), options) : [];
  const report = await crossModalReport(embedded, {
    ...{ seed, untrained },
    ...(ofValidation.length === embedded.length
      ? {
          centroids: Object.fromEntries(
            ofValidation.map(({ modality, embeddings, dim }) => [modality, centroid(embeddings, dim)]),
          ),
        }
      : {}),
    prompts: embedded.find(({ modality }) => modality === "text"),
    similarities: (queries, references, dim) => runtimeSimilarities(runtime, queries, references, dim),
    onProgress,
    signal,
  });
  return { of, report };
}

/** The validation rows that have a modality. */
function present({ modality, dataset }: MeasuredRows[number]): MeasuredRows[number] {
  const column = columnOf(dataset, modality);
  const rows = Uint32Array.from(dataset.labels.keys()).filter((row) => column.has(row));
  if (rows.length === dataset.count) return { modality, dataset };
  return {
    modality,
    dataset: {
      ...{ name: dataset.name, count: rows.length },
      labels: rows.length === 0 ? new Int32Array(0) : Int32Array.from(rows, (row) => dataset.labels[row]!),
      columns: new Map([[modality, pickRows(column, rows)]]),
    },
  };
}

/** The weights that a training of this seed begins with. */
function untrainedState(towers: readonly SenseTower[], seed: number): AlignedState {
  return new Map(
    towers.flatMap(({ modality, trained }) => [
      ...[...initialState(trained, (name) => Rng.of(seed, "initial", `${modality}.${name}`))].map(
        ([name, value]) => [`${modality}.${name}`, value] as const,
      ),
    ]),
  );
}
