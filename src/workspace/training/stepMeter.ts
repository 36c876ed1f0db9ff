import type { StepReport } from "../../train/index.ts";
import type { StepHead } from "../protocol.ts";

/** Least milliseconds from one step message to the next. */
const everyMs = 200;

/** Makes a few messages a second of the reports of all steps, each with the mean loss since the one before. */
export class StepMeter {
  readonly #epochs: number;
  #told: { readonly epoch: number; readonly batch: number; readonly loss: number } | null = null;
  #at = Number.NEGATIVE_INFINITY;

  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  /** null while it is too early for the next; the last step of an epoch is always told. */
  next(report: StepReport, now = performance.now()): StepHead | null {
    const { epoch, batch, batches, loss, perSecond, unit, secondsLeft } = report;
    if (now - this.#at < everyMs && batch < batches) return null;
    const before = this.#told?.epoch === epoch ? this.#told : { batch: 0, loss: 0 };
    const since = batch - before.batch;
    // Reports hold the mean of the epoch so far.
    const mean = since > 0 ? (loss * batch - before.loss * before.batch) / since : loss;
    this.#told = { epoch, batch, loss };
    this.#at = now;
    return {
      type: "step",
      step: (epoch - 1) * batches + batch,
      epoch: epoch - 1 + batch / batches,
      epochs: this.#epochs,
      loss: mean,
      perSecond,
      unit,
      secondsLeft,
    };
  }
}
