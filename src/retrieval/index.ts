export { type ColumnKind, checkFilter } from "./filter.ts";
export { shownFilter } from "./filterTokens.ts";
export {
  exactPlan,
  type IndexInfo,
  infoKey,
  parseInfo,
  parsePlan,
  planKey,
  type SearchPlan,
  shortFingerprint,
} from "./indexInfo.ts";
export { type IndexRoot, idIn, newRoot, parseRoots, rootOfId, rootsKey } from "./indexRoots.ts";
export {
  type FieldKinds,
  faultOfFieldName,
  type IndexedItem,
  type ItemRecord,
  itemColumns,
  joinedFields,
  type SearchHit,
  type SearchOptions,
} from "./item.ts";
export { recallByDistance } from "./recall.ts";
