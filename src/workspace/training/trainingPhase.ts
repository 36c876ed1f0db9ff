import type { TrainingPhase } from "../protocol.ts";

/** Whether a training has begun and not ended: it is at work, or paused. */
export function isUnderWay(phase: TrainingPhase): boolean {
  return isAtWork(phase) || phase === "paused";
}

const atWork: readonly TrainingPhase[] = ["preparing", "running", "pausing", "stopping"];

/** Whether a training has the engine, so that no space can be computed. */
export function isAtWork(phase: TrainingPhase): boolean {
  return atWork.includes(phase);
}
