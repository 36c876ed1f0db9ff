import type { Column } from "../../data/index.ts";
import type { Recorder, Snapshot } from "../../train/index.ts";

export interface WatchOptions {
  /** Least milliseconds from one look to the next; default 1,000. */
  readonly everyMs?: number;
  /** Least steps from one look to the next; default 4. */
  readonly everySteps?: number;
  /** Part of the time that looking may take, by which it becomes rarer; default 0.1. */
  readonly mostCost?: number;
  /** The sample in further modalities, to look at where there is no recorder of its own. Default: none. */
  readonly others?: readonly Column[];
  /** Milliseconds on a clock that never goes back; default `performance.now`. */
  readonly now?: () => number;
}

/**
 * A recorder that looks on beside a run's own: that one gets just the snapshots that it is due, and those that the trainer
 * takes unasked, as if it were alone; `look` gets every one.
 *
 * A look is due when the run's own recorder is due one, and else when `everyMs` and `everySteps` have passed since
 * the last, and long enough that looks take no more than `mostCost` of the time, going by how long the last one took.
 *
 * @param own the run's recorder, or null
 * @param sample what to look at where there is no recorder of a sample
 */
export function watchRecorder(
  own: Recorder | null,
  sample: Column,
  look: (snapshot: Snapshot) => void | Promise<void>,
  options: WatchOptions = {},
): Recorder {
  const { everyMs = 1000, everySteps = 4, mostCost = 0.1, now = () => performance.now() } = options;
  const others = own ? own.others : options.others;
  /** The step last asked about that was due, and whether for the run's own recorder. */
  let asked: { readonly step: number; readonly own: boolean } | null = null;
  let last: { readonly step: number; readonly at: number; readonly wait: number } | null = null;
  return {
    sample: own?.sample ?? sample,
    ...(others ? { others } : {}),
    due(step) {
      const due = own?.due(step) ?? false;
      const rested =
        last === null || (now() - last.at >= last.wait && Math.abs(step - last.step) >= everySteps);
      if (!due && !rested) return false;
      asked = { step, own: due };
      return true;
    },
    async take(snapshot) {
      const begin = now();
      // One that was not asked about is the trainer's last, which it takes for whoever records.
      if (own && (asked?.step !== snapshot.step || asked.own)) await own.take(snapshot);
      const { step, seconds = 0 } = snapshot;
      asked = null;
      await look(snapshot);
      const at = now();
      const cost = at - begin + seconds * 1000;
      last = { step, at, wait: Math.max(everyMs, (cost * (1 - mostCost)) / mostCost) };
    },
  };
}
