export type { Curve } from "./curve.ts";
export { Layout, type LayoutPlan, roundsOfPlan } from "./layout.ts";
export type { Edges } from "./layoutEdges.ts";
export { epochRate, layoutField } from "./layoutField.ts";
export {
  endRound,
  type RoundLayout,
  readPositions,
  roundsPerEpoch,
  runRoundTask,
  tasksPerRound,
} from "./layoutRounds.ts";
export type { Neighbours } from "./neighbours.ts";
export { type UmapMetric, type UmapOptions, type UmapSettings, umapSettings } from "./options.ts";
export * from "./umap.ts";
