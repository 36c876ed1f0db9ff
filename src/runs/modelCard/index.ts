export { modelCard } from "./modelCard.ts";
export type { ModelCardInput } from "./modelCardInput.ts";
export { type ExportFormat, exportFormats } from "./usage.ts";
