import { open, realpath } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { InputError } from "../../../base/index.ts";
import { parseDelimited } from "../../../data/delimitedText.ts";
import {
  isPictureTable,
  type ListedPicture,
  pictureTable,
  type TableRow,
} from "../../../data/pictureTable.ts";
import { quote } from "../../../data/pixelTable.ts";
import { explainIoError, readFileOrExplain } from "../files.ts";
import type { PictureListing } from "./pictureListing.ts";
import { fileInside, type PictureFile, type PictureProblem } from "./pictureTree.ts";

/** Bytes of a csv file's header that are looked at: the names of a thousand columns. */
const headerBytes = 65_536;

/**
 * Whether a csv file names pictures' paths, by its header; others hold the pictures as numbers.
 *
 * @throws InputError when it cannot be read.
 */
export async function isPictureCsv(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
      const first = buffer.toString("utf8", 0, bytesRead).split(/\r\n|\r|\n/, 1)[0] ?? "";
      return isPictureTable(parseDelimited(path, first)[0]?.fields ?? []);
    } finally {
      await file.close();
    }
  } catch (error) {
    // A header with a stray quote is for the reader of numbers to explain.
    if (error instanceof InputError) return false;
    throw explainIoError(error, "read", path);
  }
}

/**
 * The pictures that a csv or Parquet file names, by paths relative to its folder, which they must lie in.
 *
 * @param unlabelled pass over the labels
 * @throws InputError when the file cannot be read, or is no table of pictures, see `pictureTable`.
 */
export async function listPictureTable(path: string, unlabelled: boolean): Promise<PictureListing> {
  const listed = /\.parquet$/i.test(path) ? await parquetPictures(path) : await csvPictures(path);
  const root = await realpath(dirname(path));
  const pictures: (ListedPicture & PictureFile)[] = [];
  const problems: PictureProblem[] = [];
  for (const picture of listed) {
    const found = await fileInside(root, picture.path);
    if ("reason" in found) problems.push({ path: picture.path, reason: found.reason });
    else {
      const inFolder = relative(root, resolve(root, picture.path)).replaceAll(sep, "/");
      const label = unlabelled ? null : picture.label;
      pictures.push({ ...picture, path: inFolder, label, file: found.file });
    }
  }
  return { source: path, pictures, problems, emptyClasses: [] };
}

async function csvPictures(path: string): Promise<ListedPicture[]> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFileOrExplain(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} is no UTF-8 text, expected a csv file: save it as UTF-8`, { cause: error });
  }
  const [header, ...records] = parseDelimited(path, text);
  const rows = records.map(({ line, fields }): TableRow => ({ where: `line ${line}`, values: fields }));
  return pictureTable(path, header?.fields ?? [], rows);
}

async function parquetPictures(path: string): Promise<ListedPicture[]> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    "hyparquet"
  );
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    // Others, such as vectors, are not read.
    const wanted = columns.filter((name) => isPictureTable([name]) || /^\s*(label|split)\s*$/i.test(name));
    const objects = await parquetReadObjects({ file, metadata, columns: wanted });
    const rows = objects.map(
      (row, i): TableRow => ({ where: `row ${i + 1}`, values: wanted.map((name) => row[name]) }),
    );
    return pictureTable(path, wanted.length > 0 ? wanted : columns, rows);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const explained = explainIoError(error, "read", path);
    if (explained !== error) throw explained;
    const reason = error instanceof Error ? error.message.split("\n", 1)[0]! : String(error);
    throw new InputError(
      `${path} cannot be read as a Parquet file: ${quote(reason)}, expected one that is whole, and uncompressed or compressed with snappy`,
      { cause: error },
    );
  }
}
