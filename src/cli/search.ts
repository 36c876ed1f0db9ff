import { join } from "node:path";
import type { Command } from "commander";
import { InputError, printable } from "../base/index.ts";
import { requireNew, requireWritable, writeFileAtomic } from "../platform/node/files/files.ts";
import { ItemIndex } from "../platform/node/itemIndex/itemIndex.ts";
import { type IndexModel, indexModel, infoOf } from "../platform/node/pictureIndex/indexedRun.ts";
import {
  type PictureSearch,
  type QueryPicture,
  readQueries,
  searchByIds,
  searchByPictures,
  type UnreadableQuery,
} from "../platform/node/pictureIndex/searchPictures.ts";
import { runIndexName } from "../platform/node/run/runFolder.ts";
import { contactSheet } from "../report/contactSheet.ts";
import { checkFilter, type IndexInfo, itemColumns, type SearchHit } from "../retrieval/index.ts";
import { flag, integer, type OptionTable, type OptionValues, path, several, text } from "../runs/option.ts";
import { columns, note, result } from "./console.ts";
import { describePlan, indexWithProgress } from "./indexCommand.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { commandOf, defined, shared, taking, type Words } from "./options.ts";
import { exitWith } from "./terminal.ts";

const takes = {
  index: {
    is: path("path"),
    about: "the index, as kindred index made it",
    usual: "one of all pictures of --run",
  },
  id: { is: several("id", text("id")), about: "search by pictures of the index instead" },
  results: { is: integer("n", 1), about: "results for each picture", default: 10, short: "k" },
  where: {
    is: text("filter"),
    about:
      "only pictures that an SQL condition on id, label, path, split, hash and their fields lets pass, such as \"label = 'cat' AND year > 2020\"",
  },
  exact: { is: flag(), about: "compare with all pictures also where an approximate search is set up" },
  html: { is: path("file"), about: "write the results as a contact sheet, a page that needs nothing else" },
  force: { ...shared.force, about: "replace that file where it is there" },
  run: {
    is: path("dir"),
    about:
      "folder of the run to search in, whose pictures are indexed the first time; beside --index the run that made it, where it was moved",
  },
  ...taking("checkpoint", "device", "json"),
} satisfies OptionTable;

type Options = OptionValues<typeof takes>;

export const searchCommand = (): Command =>
  commandOf(takes, runSearch).argument(
    "[pictures...]",
    "picture files to search by: PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG",
  );

async function runSearch(options: Options, { words: files }: Words): Promise<void> {
  const { id, results: k, where, exact, html } = options;
  if (files.length > 0 === (id !== undefined)) {
    throw new InputError(
      id
        ? "picture files and --id were given, expected one of them"
        : "name a picture file to search by, or --id",
    );
  }
  if (html !== undefined) {
    requireNew(html, { force: options.force, option: "--html" });
    await requireWritable(html);
  }
  const { index, queries, unreadable } = await opened(files, options);
  const { path } = index;
  try {
    const search = {
      ...{ k, previews: html !== undefined },
      ...defined({ where }),
      ...(exact ? { exact } : {}),
    };
    const { run, checkpoint, device } = options;
    const searches = id
      ? await searchByIds(index, id, search)
      : await searchByPictures(index, queries, {
          ...search,
          device,
          ...defined({ run, checkpoint }),
        });
    const rows = await index.count();
    if (html !== undefined) await writeFileAtomic(html, sheet(path, where, rows, searches));
    note(`${rows} pictures, ${describePlan(index.plan)}`);
    result(
      options,
      {
        ...{ index: path, rows, search: exact ? "exact" : index.plan.method },
        ...{ where: where ?? null, html: html ?? null },
        searches: searches.map(({ query, hits }) => ({ query, results: hits.map(resultOf) })),
        ...(unreadable.length > 0 ? { unreadable } : {}),
      },
      ...searches.flatMap((one, at) => [...(at > 0 ? [""] : []), ...table(one, searches.length > 1)]),
      ...(html ? ["", html] : []),
    );
    if (unreadable.length > 0) exitWith(2);
  } finally {
    index.close();
  }
}

/** The index to search in, and the files to search by, which are read first. */
async function opened(files: readonly string[], options: Options): Promise<Opened> {
  if (options.index !== undefined) {
    const index = await ItemIndex.open(options.index);
    try {
      return { index, ...(await readable(files, index.info, options.index)) };
    } catch (error) {
      index.close();
      throw error;
    }
  }
  const { run } = options;
  if (run === undefined) {
    throw new InputError("nothing to search in was given: name a run with --run, or an index with --index");
  }
  const model = await indexModel(run, options.checkpoint);
  const read = await readable(files, infoOf(model, join(run, runIndexName)), run);
  return { index: await ItemIndex.open(await indexOfRun(run, model, options)), ...read };
}

interface Opened {
  readonly index: ItemIndex;
  readonly queries: readonly QueryPicture[];
  readonly unreadable: readonly UnreadableQuery[];
}

/**
 * Those of the files that are pictures; the others are named, and the search goes on without them.
 *
 * @throws InputError where none is left.
 */
async function readable(
  files: readonly string[],
  info: IndexInfo,
  path: string,
): Promise<Omit<Opened, "index">> {
  if (files.length === 0) return { queries: [], unreadable: [] };
  const read = await readQueries(files, info, path);
  const { queries, unreadable } = read;
  if (files.length === 1 && unreadable[0]) throw new InputError(unreadable[0].reason);
  for (const { reason } of unreadable) note(reason);
  if (queries.length > 0) return read;
  throw new InputError(`none of the ${files.length} files to search by is a picture that can be read`);
}

/**
 * The index of all of a run's pictures, `index.lance` in its folder. It is made when there is none, and anew when the
 * run's encoder is another by now.
 */
async function indexOfRun(
  run: string,
  { fingerprint }: IndexModel,
  { checkpoint, device, where }: Options,
): Promise<string> {
  const out = join(run, runIndexName);
  const there = await ItemIndex.exists(out);
  if (there) {
    const index = await ItemIndex.open(out);
    index.close();
    if (index.info.fingerprint === fingerprint) return out;
  }
  note(`indexing the pictures of ${run}, once for this encoder`);
  const stop = stopOnInterrupt("stopping after this part; once more to stop at once");
  try {
    await indexWithProgress({
      ...{ out, run, device, force: there, signal: stop.signal },
      ...defined({ checkpoint }),
      // A filter is checked before pictures are embedded, which may take minutes.
      onFields: (fields) => where !== undefined && checkFilter(where, { ...itemColumns, ...fields }),
    });
  } finally {
    stop.dispose();
  }
  return out;
}

function resultOf(
  { id, modality, label, path, split, file, fields, similarity }: SearchHit,
  at: number,
): object {
  return { rank: at + 1, similarity, id, modality, label, path, split, file, fields };
}

/** Rank, similarity, label and id of what was found; `named` where it is one of several. */
function table({ query, hits }: PictureSearch, named: boolean): string[] {
  const rows = [
    ["rank", "similarity", "label", "id"],
    ...hits.map(({ similarity, label, id }, at) => [
      String(at + 1),
      similarity.toFixed(4),
      printable(label ?? "–"),
      printable(id),
    ]),
  ];
  const empty = hits.length === 0 ? ["nothing was found"] : [];
  return [...(named ? [query] : []), ...columns(rows, ">><<"), ...empty];
}

function sheet(
  index: string,
  where: string | undefined,
  rows: number,
  searches: readonly PictureSearch[],
): string {
  const filter = where === undefined ? "" : `, where ${where}`;
  return contactSheet({
    title: searches.length === 1 ? `Like ${searches[0]!.query}` : `Like ${searches.length} pictures`,
    subtitle: `Of ${rows.toLocaleString("en")} pictures in ${index}${filter}; by cosine similarity.`,
    searches: searches.map(({ query, label, preview, hits }) => ({
      query: { name: query, label, preview },
      hits: hits.map((hit) => ({ ...hit, name: hit.id })),
    })),
  });
}
