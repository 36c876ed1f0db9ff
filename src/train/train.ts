import type { TensorData } from "../base/index.ts";
import type { EpochMetrics } from "./metrics.ts";
import { type FitOptions, Trainer, type TrainerOptions } from "./trainer.ts";

/** What a training came to. */
export interface TrainResult {
  readonly history: readonly EpochMetrics[];
  /** The encoder's state after the last epoch, under the names that checkpoints use. */
  readonly state: ReadonlyMap<string, TensorData>;
  /** The best epoch and the encoder's state after it; null without patience, or where it was before a resumed state. */
  readonly best: { readonly epoch: number; readonly state: ReadonlyMap<string, TensorData> } | null;
}

/** Trains a task from beginning to end; {@link Trainer} gives the same in pieces. */
export async function train(options: TrainerOptions & FitOptions): Promise<TrainResult> {
  const trainer = await Trainer.create(options);
  let best: TrainResult["best"] = null;
  try {
    const history = await trainer.fit({
      ...options,
      onEpoch: async (metrics) => {
        const { epoch } = metrics;
        if (metrics.best === epoch) best = { epoch, state: await trainer.encoderState() };
        await options.onEpoch?.(metrics);
      },
    });
    return { history, state: await trainer.encoderState(), best };
  } finally {
    await trainer.dispose();
  }
}
