import type { EpochMetrics } from "kindred";
import type { RunInfo, StepHead } from "kindred/workspace";
import type { CurvePoint } from "../parts/curveScale.ts";

/** What the curves are of; a `Session` has it all. */
export interface CurveSource {
  readonly steps: readonly Pick<StepHead, "epoch" | "epochs" | "loss">[];
  readonly maps: readonly { readonly epoch: number; readonly knn1: number | null }[];
  readonly epochs: readonly EpochMetrics[];
  readonly run: Pick<RunInfo, "epochs" | "metrics"> | null;
}

/** Curves over the epochs, 0 to `epochs`. */
export interface Curves {
  readonly epochs: number;
  readonly loss: readonly CurvePoint[];
  readonly validationLoss: readonly CurvePoint[];
  readonly knn: readonly CurvePoint[];
  readonly validationKnn: readonly CurvePoint[];
  /** Of a run of several modalities: how often the nearest row of another modality is the right one. */
  readonly recall: readonly CurvePoint[];
  /** What line and rings are, for people. */
  readonly about: string;
}

/** The curves of the training that is or was watched; without one those of the open run, a point per epoch. */
export function curvesOf({ steps, maps, epochs, run }: CurveSource): Curves {
  if (steps.length === 0 && epochs.length === 0) return curvesOfRun(run);
  return {
    epochs: Math.max(1, steps.at(-1)?.epochs ?? epochs.length),
    loss: steps.map(({ epoch, loss }) => ({ x: epoch, y: loss })),
    validationLoss: ofEpochs(epochs, ({ valLoss }) => valLoss),
    knn: maps.flatMap(({ epoch, knn1 }) => (knn1 === null ? [] : [{ x: epoch, y: knn1 }])),
    validationKnn: ofEpochs(epochs, ({ knn1 }) => knn1),
    recall: [],
    about:
      "Lines: the training batches, and the pictures on the map by leave-one-out. Rings: validation pictures after each epoch.",
  };
}

function curvesOfRun(run: CurveSource["run"]): Curves {
  const metrics = run?.metrics ?? [];
  const recall = ofEpochs(metrics, ({ recallAt1 = null }) => recallAt1);
  return {
    epochs: Math.max(1, run?.epochs ?? 1, metrics.length),
    loss: ofEpochs(metrics, ({ trainLoss }) => trainLoss),
    validationLoss: ofEpochs(metrics, ({ valLoss }) => valLoss),
    knn: ofEpochs(metrics, ({ knn1 }) => knn1),
    validationKnn: [],
    recall,
    about:
      recall.length > 0
        ? "Line: training loss, and of the validation items how often the nearest of the other modality is the right one. Rings: validation loss."
        : "Line: training loss, and 1-NN accuracy of the validation pictures. Rings: validation loss.",
  };
}

function ofEpochs(
  epochs: readonly EpochMetrics[],
  value: (metrics: EpochMetrics) => number | null,
): CurvePoint[] {
  return epochs.flatMap((metrics) => {
    const y = value(metrics);
    return y === null ? [] : [{ x: metrics.epoch, y }];
  });
}
