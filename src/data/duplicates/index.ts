export {
  type DuplicateGroup,
  type Duplicates,
  type FindDuplicatesOptions,
  findDuplicates,
  nearCorrelation,
} from "./duplicates.ts";
