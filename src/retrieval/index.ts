export { type ColumnKind, checkFilter } from "./filter.ts";
export { shownFilter } from "./filterTokens.ts";
export { recallByDistance } from "./recall.ts";
