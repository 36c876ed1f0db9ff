import type { TensorData } from "../base/index.ts";
import type { EpochMetrics } from "./metrics.ts";
import { type FitOptions, Trainer, type TrainerOptions } from "./trainer.ts";

/** What a training came to. */
export interface TrainResult {
  readonly history: readonly EpochMetrics[];
  /** The encoder's state, under the names that checkpoints use. */
  readonly state: ReadonlyMap<string, TensorData>;
}

/** Trains a task from beginning to end; {@link Trainer} gives the same in pieces. */
export async function train(options: TrainerOptions & FitOptions): Promise<TrainResult> {
  const trainer = await Trainer.create(options);
  try {
    const history = await trainer.fit(options);
    return { history, state: await trainer.encoderState() };
  } finally {
    await trainer.dispose();
  }
}
