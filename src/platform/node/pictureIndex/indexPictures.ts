import { InputError } from "../../../base/index.ts";
import { requirePictureSize } from "../../../modality/image/index.ts";
import {
  type FieldKinds,
  type IndexInfo,
  type ItemRecord,
  joinedFields,
  type SearchPlan,
} from "../../../retrieval/index.ts";
import { Embedder } from "../../../train/index.ts";
import type { DatasetSplit, LoadDatasetOptions } from "../datasets/datasets.ts";
import { loadSplits } from "../datasets/splits.ts";
import { indexLocation } from "../itemIndex/indexLocation.ts";
import { type Addition, ItemIndex } from "../itemIndex/itemIndex.ts";
import type { PlanOptions } from "../itemIndex/searchPlan.ts";
import { type DeviceName, nodeRuntime } from "../ort/devices.ts";
import type { PictureReport } from "../pictures/pictureReport.ts";
import type { PictureStage } from "../pictures/readPictures.ts";
import { settled } from "../pictures/surveyPictures.ts";
import { dataOptionsOf } from "../run/runData.ts";
import { collectionOf, ownId, placeOfPictures } from "./collections.ts";
import { embedPictures, type PictureCounts } from "./embedPictures.ts";
import { type IndexModel, indexModel, infoOf, modelOfIndex, pictureShape } from "./indexedRun.ts";

/** What pictures to index, by which run, and where. */
export interface IndexPicturesOptions extends PlanOptions {
  /** Folder of the index, or URI of an object storage. */
  readonly out: string;
  /** Folder of the run; for additions the run that made the index, unless given. */
  readonly run?: string;
  /** Pictures; default: the run's data. */
  readonly data?: string;
  readonly split?: DatasetSplit | "all";
  readonly limit?: number;
  readonly checkpoint?: number;
  readonly device?: DeviceName;
  /** Add to an index that is there, or replace it. */
  readonly add?: boolean;
  readonly force?: boolean;
  /** Told what is about to be done. */
  readonly onBegin?: (line: string) => void;
  /** Told what fields the index will have, before pictures are embedded; what it throws ends the indexing. */
  readonly onFields?: (fields: FieldKinds) => void;
  /** Told of picture files that are read, and pictures that are embedded. */
  readonly onPictures?: (stage: PictureStage, done: number, total: number) => void;
  /** Told what there is to say about picture files, of each split. */
  readonly onReport?: (report: PictureReport) => void;
  /** Refuse picture files that cannot be read, instead of skipping them. Default false. */
  readonly strict?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What an index holds after pictures went in. */
export interface IndexPicturesResult extends Readonly<PictureCounts> {
  readonly rows: number;
  readonly dim: number;
  readonly fingerprint: string;
  readonly plan: SearchPlan;
  /** Of embedding and writing. */
  readonly seconds: number;
}

/**
 * Embeds pictures with a run's encoder into a new index, or into one that is there; of the latter's pictures, those whose
 * pixels did not change are not embedded again.
 *
 * @throws InputError, AbortedError: the index is then as it was, or not there at all.
 */
export async function indexPictures(options: IndexPicturesOptions): Promise<IndexPicturesResult> {
  const { out, run, device, onBegin, onReport, onPictures, signal } = options;
  const there = await ItemIndex.exists(out);
  if (there && !options.add && !options.force) {
    throw new InputError(
      `${out} holds an index already: add to it with --add, delete from it with --delete, or replace it with --force`,
    );
  }
  if (!there && run === undefined) {
    throw new InputError(`${out} holds no index yet: name the run to make it with (--run)`);
  }
  const index = there && options.add ? await ItemIndex.open(out) : null;
  try {
    const model = index
      ? await modelOfIndex(index, options)
      : await indexModel(requiredRun(run, out), options.checkpoint);
    const source = options.data ?? sourceOf(model);
    const parts = await loadSplits(source, options.split ?? "all", () => options.limit ?? null, {
      ...dataOptions(model, source),
      least: 1,
      strict: options.strict ?? false,
      fields: true,
      ...(onReport ? { onReport } : {}),
      ...(signal ? { signal } : {}),
      ...(onPictures ? { onPictures } : {}),
      ...(onBegin ? { onNote: onBegin } : {}),
    });
    for (const part of parts) requirePictureSize(part, pictureShape(model));
    const own = parts.flatMap(({ fields = [], paths }) =>
      fields.map((fields, image) => ({ id: paths?.[image] ?? String(image), fields })),
    );
    const fields = joinedFields(index?.fields ?? {}, own);
    options.onFields?.(fields);
    const collection = await collectionOf(source, parts);
    const runtime = await nodeRuntime(device === undefined ? {} : { device });
    onBegin?.(`device: ${runtime.device.description}`);
    onBegin?.(
      `${parts.reduce((sum, { count }) => sum + count, 0)} pictures, checkpoint of epoch ${model.epoch ?? "none"}`,
    );
    const counts: PictureCounts = { added: 0, updated: 0, unchanged: 0, embedded: 0 };
    try {
      const embedder = await Embedder.fixed(runtime, model.tower, model.weights);
      const began = performance.now();
      const addition = async (): Promise<Addition> => {
        const known = new Map<string, ItemRecord>();
        if (index) for await (const record of index.records()) known.set(record.id, record);
        const place = await placeOfPictures(
          collection,
          parts,
          index?.roots ?? [],
          known,
          indexLocation(out),
          onBegin,
        );
        const { roots, within } = place;
        const items = embedPictures(parts, embedder, counts, {
          ...options,
          known,
          split: options.split === "test" && !parts[0]!.paths ? "test" : null,
          keepKnown: collection.lone,
          pathOf: (path) => (within === "" ? path : `${within}/${path}`),
          idOf: (local) => ownId(place, local),
          ...(index ? { stored: (ids) => index.get(ids) } : {}),
        });
        return { items, roots };
      };
      const info = infoOf(model, out);
      const { plan, rows } = await written(options, index, info, addition);
      const seconds = (performance.now() - began) / 1000;
      await embedder.dispose();
      return { ...counts, plan, rows, dim: info.dim, fingerprint: info.fingerprint, seconds };
    } finally {
      await runtime.dispose();
    }
  } finally {
    index?.close();
  }
}

async function written(
  options: IndexPicturesOptions,
  index: ItemIndex | null,
  info: IndexInfo,
  addition: () => Promise<Addition>,
): Promise<{ plan: SearchPlan; rows: number }> {
  if (index) {
    await index.add(addition, options);
    return { plan: index.plan, rows: await index.count() };
  }
  const { items, roots } = await addition();
  const made = await ItemIndex.create(options.out, info, items, { ...options, roots });
  try {
    return { plan: made.plan, rows: await made.count() };
  } finally {
    made.close();
  }
}

function requiredRun(run: string | undefined, out: string): string {
  if (run !== undefined) return run;
  throw new InputError(`${out} is to be replaced: name the run to make it with, with --run`);
}

function sourceOf({ run, config }: IndexModel): string {
  if (config) return config.data.source;
  throw new InputError(`${run} is a model without its run: name the pictures to index with --data`);
}

/** How pictures are read for a model: as its run read them, or with its preprocessing. */
function dataOptions({ config, preprocessing }: IndexModel, source: string): LoadDatasetOptions {
  if (config) return dataOptionsOf(config, source);
  return { ...(preprocessing ? { preprocessing: settled(preprocessing) } : {}), labelRequired: false };
}
