/** Options of `readItems`. */
export interface ReadItemsOptions {
  /** The column of the labels, by name. Default: one of a usual name. */
  readonly label?: string | null;
  /** Whether there must be a column of that name. Default true. */
  readonly labelRequired?: boolean;
  /** Pass over labels: a table's column, or the names of folders. Default false. */
  readonly unlabelled?: boolean;
  /** Keep the columns beside modalities, label and split as fields. Default false. */
  readonly fields?: boolean;
  /** Whether a table may name files out of its own folder. Default true: it is the user's own. */
  readonly outside?: boolean;
  /** Refuse a table with a row or a file that cannot be taken, instead of leaving it out. Default false. */
  readonly strict?: boolean;
  /** Names of labels that have their numbers already. */
  readonly classes?: readonly string[];
  /** Told of rows or files that were looked at. */
  readonly onItems?: (done: number) => void;
  readonly signal?: AbortSignal;
}
