export {
  type DuplicateGroup,
  type Duplicates,
  type FindDuplicatesOptions,
  findDuplicates,
  nearCorrelation,
} from "./duplicates.ts";
export type { Originals } from "./proof.ts";
