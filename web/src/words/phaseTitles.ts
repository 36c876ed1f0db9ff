import type { TrainingPhase } from "kindred/workspace";

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
