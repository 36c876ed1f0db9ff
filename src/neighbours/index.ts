export { cellsMayHelp, neighboursByCells } from "./byCells.ts";
export {
  type NeighbourMetric,
  type RuntimeNeighbours,
  type RuntimeNeighboursOptions,
  runtimeNeighbours,
} from "./exactNeighbours.ts";
export { type RuntimeSimilarities, runtimeSimilarities } from "./similarities.ts";
