export { type ColumnKind, checkFilter } from "./filter.ts";
export { recallByDistance } from "./recall.ts";
