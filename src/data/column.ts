import { type DType, formatShape, InputError, type Shape, type TensorData } from "../base/index.ts";

/** One array that a column gives of each row, and that a tower takes. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  /** Shape of one row, such as `[1, 28, 28]`. */
  readonly shape: Shape;
}

/** Several rows by the names of ports: each `[rows, ...shape]`. */
export type Ports = Readonly<Record<string, TensorData>>;

/** Rows as they are varied in training: a function of the rows, the epoch and the batch. */
export interface VariedRows {
  /** Batches to ask for ahead of the one in use. */
  readonly ahead: number;
  /** New arrays, which may be transferred. */
  gather(rows: Uint32Array, epoch: number, batch: number): Ports | Promise<Ports>;
}

/** Varies the rows of a column; the same seed gives the same rows. */
export type Vary = (column: Column, seed: number) => VariedRows;

/** What a row is shown by, such as a thumbnail, an excerpt or a clip: a small file. */
export interface Preview {
  /** Such as `image/webp`, `text/plain` or `audio/wav`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** One modality of every row of a data set. */
export interface Column {
  /** The data set's name, for messages. */
  readonly name: string;
  /** Name of the modality, see `Modality`. */
  readonly modality: string;
  /** Number of rows, those that lack the modality included. */
  readonly count: number;
  /** What {@link gather} gives. */
  readonly ports: readonly Port[];
  /** Whether a row has the modality. */
  has(row: number): boolean;
  /**
   * The given rows in their order, as new arrays, which may be transferred.
   *
   * @throws KindredError for a row that is not there or lacks the modality.
   */
  gather(rows: Uint32Array, signal?: AbortSignal): Ports | Promise<Ports>;
  /** A short name of the content: other content has another. */
  fingerprint(): string | Promise<string>;
  /** What a row is shown by; left out where the modality has nothing to show. */
  readonly preview?: (row: number) => Preview | Promise<Preview>;
  /** How rows are varied where nothing else is said; left out where the modality has no way to. */
  readonly vary?: Vary;
}

/** Whether a column gives every one of these ports, whatever their shapes. */
export function givesPorts(column: Column, ports: readonly Port[]): boolean {
  return ports.every(({ name }) => column.ports.some((given) => given.name === name));
}

/** @throws InputError when a column does not give what is taken, naming both shapes. */
export function requirePorts(column: Column, ports: readonly Port[]): void {
  for (const { name, dtype, shape } of ports) {
    const given = column.ports.find((port) => port.name === name);
    const found = given
      ? `${given.dtype} of shape ${formatShape(given.shape)}`
      : `only ${column.ports.map((port) => port.name).join(", ")}`;
    if (given?.dtype === dtype && given.shape.join() === shape.join()) continue;
    throw new InputError(
      `${column.name} gives ${given ? `${name} as ` : ""}${found} of each row, the tower takes ${name} as ${dtype} of shape ${formatShape(shape)}: give data that was prepared for it`,
    );
  }
}

/** The rows that have a column's modality, in ascending order; null where all have it. */
export function presentRows(column: Column): Uint32Array | null {
  const rows = Uint32Array.from({ length: column.count }, (_, row) => row).filter((row) => column.has(row));
  return rows.length === column.count ? null : rows;
}
