/** A value that an item has beside what a model sees of it, such as a year. */
export type Scalar = string | number | boolean | null;

/** Values by name, such as the columns of a table beside the items' paths; a field that an item lacks is null or left out. */
export type Fields = Readonly<Record<string, Scalar>>;
