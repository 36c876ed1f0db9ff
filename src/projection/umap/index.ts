export type { Curve } from "./curve.ts";
export { type Edges, greatest, Layout, type LayoutPlan } from "./layout.ts";
export type { Neighbours } from "./neighbours.ts";
export { type UmapMetric, type UmapOptions, type UmapSettings, umapSettings } from "./options.ts";
export * from "./umap.ts";
