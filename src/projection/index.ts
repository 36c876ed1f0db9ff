export { fitPca, type PcaModel, type PcaOptions, transformPca } from "./pca/pca.ts";
export { trustworthiness } from "./trustworthiness.ts";
export * from "./umap/index.ts";
