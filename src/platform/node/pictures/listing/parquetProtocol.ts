/** What a thread is to read. */
export interface ParquetRequest {
  readonly path: string;
  /** Where the pictures that the file holds are put, named by their content. */
  readonly folder: string;
}

/** A cell that holds a picture: where its bytes were put, and what it is called there. */
export interface EmbeddedPicture {
  readonly file: string;
  readonly path: string | null;
}

export type ParquetCell = string | number | bigint | boolean | null | EmbeddedPicture;

/** What a thread tells of a file, in this order: its columns, its rows in parts, and that this was all; or what is wrong. */
export type ParquetReport =
  | {
      readonly type: "columns";
      readonly names: readonly string[];
      /** Columns that hold neither text nor numbers nor pictures, and are passed over. */
      readonly others: readonly string[];
      /** Names of labels that are numbers, by column, as Hugging Face keeps them. */
      readonly classes: readonly (readonly [string, readonly string[]])[];
    }
  | { readonly type: "rows"; readonly rows: readonly (readonly ParquetCell[])[] }
  /** `added`: whether a picture was put into the folder that was not there. */
  | { readonly type: "done"; readonly added: boolean }
  | { readonly type: "failed"; readonly reason: string };
