import type { Command } from "commander";
import { InputError } from "../base/index.ts";
import { ItemIndex } from "../platform/node/itemIndex/itemIndex.ts";
import {
  type IndexPicturesOptions,
  type IndexPicturesResult,
  indexPictures,
} from "../platform/node/pictureIndex/indexPictures.ts";
import type { PictureProblem } from "../platform/node/pictures/listing/pictureTree.ts";
import type { SearchPlan } from "../retrieval/index.ts";
import { flag, integer, type OptionTable, type OptionValues, path, several, text } from "../runs/option.ts";
import { duration, note, ProgressLine, result } from "./console.ts";
import { untilStopped } from "./interrupt.ts";
import { commandOf, defined, shared, taking } from "./options.ts";
import { PictureProgress } from "./pictureProgress.ts";

const takes = {
  out: {
    is: path("path"),
    about:
      "the index: a folder, such as my.lance, which is a LanceDB database with the table items; or s3://…, gs://…, az://…",
    required: true,
  },
  run: {
    is: path("dir"),
    about: "folder of the run whose encoder makes the vectors (with --add: the index's own)",
  },
  data: { ...shared.data, about: "pictures to index, or one picture file" },
  split: { is: shared.split.is, about: "the pictures to take", usual: "all, train and then test" },
  ...taking("limit", "checkpoint"),
  add: {
    is: flag(),
    about:
      "add to an index that is there: new and changed pictures of a collection that it has (told by where it is), or another collection, whose ids begin with its name and a colon",
  },
  force: { is: flag(), about: "replace an index that is there" },
  delete: { is: several("id", text("id")), about: "delete pictures by id" },
  deleteWhere: {
    is: text("filter"),
    about: "delete the pictures that a filter lets pass, such as \"label = 'cat'\"",
  },
  approximateFrom: {
    is: integer("n", 256),
    about: "search approximately from so many pictures on",
    usual: "200000",
  },
  ...taking("strict", "device", "json"),
} satisfies OptionTable;

type Options = OptionValues<typeof takes>;

export const indexCommand = (): Command => commandOf(takes, runIndex);

async function runIndex(options: Options): Promise<void> {
  requireOneTask(options);
  const remove = options.delete !== undefined || options.deleteWhere !== undefined;
  const message = "stopping after this part; once more to stop at once";
  await untilStopped(options, message, `stopped: ${options.out} is as it was`, (signal) =>
    remove ? runDelete(options, signal) : runAdd(options, signal),
  );
}

/** @throws InputError when two things are asked for at once. */
function requireOneTask(options: Options): void {
  const tasks = [
    ["--add", options.add],
    ["--force", options.force],
    ["--delete", options.delete],
    ["--delete-where", options.deleteWhere],
  ] as const;
  const asked = tasks.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (asked.length > 1) {
    throw new InputError(`${asked.join(" and ")} were given, expected one of them: run kindred index twice`);
  }
  if (asked[0]?.startsWith("--delete") !== true) return;
  for (const name of ["run", "data", "split", "limit", "checkpoint"] as const) {
    if (options[name] === undefined) continue;
    throw new InputError(`--${name} says what to embed, and ${asked[0]} embeds nothing: leave it out`);
  }
}

async function runAdd({ json, ...options }: Options, signal: AbortSignal): Promise<void> {
  const made = await indexWithProgress({ ...options, signal });
  const { added, updated, unchanged, embedded, rows, plan, seconds, dim, fingerprint } = made;
  const picturesPerSecond = Math.round((added + updated + unchanged) / seconds);
  result(
    { json },
    {
      ...{ index: options.out, rows, added, updated, unchanged, embedded, dim, fingerprint },
      ...{ search: plan, seconds, picturesPerSecond, skipped: made.skipped },
    },
    `${options.out}: ${rows} pictures (${added} added, ${updated} updated, ${unchanged} unchanged; ${picturesPerSecond} pictures/s), encoder ${fingerprint.slice(0, 16)}`,
    describePlan(plan),
  );
}

/** Indexes pictures, showing on stderr how far it is. */
export async function indexWithProgress(
  options: IndexPicturesOptions,
): Promise<IndexPicturesResult & { readonly skipped: readonly PictureProblem[] }> {
  const reading = new PictureProgress();
  const line = new ProgressLine("indexing");
  let began = 0;
  try {
    const made = await indexPictures({
      ...options,
      onPictures: reading.onPictures,
      onReport: reading.onReport,
      onBegin: (text) => {
        reading.end();
        note(text);
        began = performance.now();
      },
      onProgress: (done, total) => {
        const seconds = (performance.now() - began) / 1000;
        const rate = done / seconds;
        line.update(done, total, `${Math.round(rate)} pictures/s  ${duration((total - done) / rate)} left`);
      },
      onStage: stageNotes(line),
    });
    return { ...made, skipped: reading.skipped };
  } finally {
    reading.end();
    line.end();
  }
}

async function runDelete(options: Options, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine("deleting");
  const index = await ItemIndex.open(options.out);
  try {
    const which = options.delete ?? { where: options.deleteWhere ?? "" };
    const { approximateFrom } = options;
    const deleted = await index.delete(which, {
      signal,
      onStage: stageNotes(line),
      ...defined({ approximateFrom }),
    });
    const rows = await index.count();
    result(
      options,
      { index: options.out, rows, deleted, search: index.plan },
      `${options.out}: ${rows} pictures, ${deleted} deleted`,
      describePlan(index.plan),
    );
  } finally {
    index.close();
  }
}

/** Says each stage that takes long once. */
function stageNotes(line: ProgressLine): (stage: string) => void {
  let last = "tidying";
  return (stage) => {
    if (stage === last || stage === "tidying" || stage === "finishing") return;
    last = stage;
    line.end();
    note(stage);
  };
}

export function describePlan({
  method,
  recallAt10,
  queries,
  probes,
  partitions,
  note: why,
}: SearchPlan): string {
  if (method === "exact") return why === null ? "search: exact" : `search: exact, as ${why}`;
  return `search: approximate, recall@10 ${recallAt10.toFixed(4)} against an exact one (${queries} pictures; ${probes} of ${partitions} cells)`;
}
