import type { UmapMetric } from "../../../projection/index.ts";
import type { DatasetSplit } from "../datasets/datasets.ts";
import type { DeviceName } from "../ort/devices.ts";
import type { PictureReport } from "../pictures/pictureReport.ts";

/** What can be plotted, by name. */
export const plotNames = ["pca", "umap", "loss", "similarity"] as const;
export type PlotName = (typeof plotNames)[number];

/** Options of `writePlots`. */
export interface PlotOptions {
  /** Folder of the run. */
  readonly run: string;
  /** Default: all. */
  readonly only?: readonly PlotName[] | undefined;
  /** Whether a table may name pictures out of its own folder. Default true. */
  readonly outside?: boolean | undefined;
  /** Pictures to plot, see `loadDataset`. Default: the run's data. */
  readonly data?: string | undefined;
  /** Default `train`; `all` is train and then test. */
  readonly split?: DatasetSplit | "all" | undefined;
  /** Pictures to take of each split, as `loadDataset` does. Default: of training pictures as many as the run took, of others all. */
  readonly limit?: number | undefined;
  /** Replace files of other folders than the run's own. Default false. */
  readonly force?: boolean | undefined;
  /** Refuse picture files that cannot be read. */
  readonly strict?: boolean | undefined;
  /** Told what there is to say about picture files. */
  readonly onReport?: ((report: PictureReport) => void) | undefined;
  /** The checkpoint of this epoch, counted from 0. Default: the best where patience kept one, else the last. */
  readonly checkpoint?: number | undefined;
  /** Principal components to project on before UMAP, 2 or more. Default: none, UMAP takes the embedding itself. */
  readonly pcaDims?: number | undefined;
  /** Of UMAP, at most as many as there are pictures; default 15, or all pictures where there are fewer. */
  readonly nNeighbors?: number | undefined;
  /** Of UMAP; default 0.1. */
  readonly minDist?: number | undefined;
  /** Of UMAP; default cosine, since the encoder is trained on it. */
  readonly metric?: UmapMetric | undefined;
  /** Of UMAP; default 500 up to 10,000 pictures, else 200. */
  readonly umapEpochs?: number | undefined;
  /** Of UMAP and of the sample of pairs; default 0. */
  readonly seed?: number | undefined;
  /** Folder to write to. Default: `plots` in the run's. */
  readonly out?: string | undefined;
  readonly device?: DeviceName | undefined;
  /** Called as work goes on; each stage counts on its own. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
  /** Called once what is to be plotted is known. */
  readonly onBegin?: ((text: string) => void) | undefined;
  /** Stops the work with an AbortedError; nothing is then written. */
  readonly signal?: AbortSignal | undefined;
}

/** What `writePlots` did. */
export interface PlotsWritten {
  /** Pages, then figures, in the order of `plotNames`. */
  readonly files: readonly string[];
  /** Pictures plotted; 0 where only the loss was. */
  readonly rows: number;
}
