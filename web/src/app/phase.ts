import type { TrainingPhase } from "kindred/workspace";

const underWay: readonly TrainingPhase[] = ["preparing", "running", "pausing", "paused", "stopping"];

/** Whether a training has begun and not ended. */
export function isUnderWay(phase: TrainingPhase): boolean {
  return underWay.includes(phase);
}

const atWork: readonly TrainingPhase[] = ["preparing", "running", "pausing", "stopping"];

/** Whether a training has the engine, so that no space can be computed. */
export function isAtWork(phase: TrainingPhase): boolean {
  return atWork.includes(phase);
}

export const phaseTitles: Readonly<Record<TrainingPhase, string>> = {
  idle: "Not started",
  preparing: "Preparing",
  running: "Training",
  pausing: "Pausing",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped",
  done: "Done",
  failed: "Failed",
};
