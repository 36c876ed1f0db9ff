export { fitPca, type PcaModel, type PcaOptions, transformPca } from "./pca.ts";
