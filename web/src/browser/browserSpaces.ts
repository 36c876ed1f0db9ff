import { ImageColumn, type ImageDataset, type Runtime } from "kindred";
import { BackendError, type ShownRows, type SpacedRun, Spaces } from "kindred/workspace";
import type { BrowserRun } from "./browserRun.ts";
import { layoutInWorker } from "./layout.ts";

/** A run with all of its pictures, as it is now. */
export interface ShownRun extends SpacedRun {
  readonly run: BrowserRun;
  readonly pictures: ImageDataset;
  readonly shown: ShownRows;
}

/** The spaces of one run, in memory. */
export function browserSpaces(runtime: () => Promise<Runtime>): Spaces<ShownRun> {
  return new Spaces({
    runtime,
    layout: layoutInWorker,
    towers: async ({ run, pictures }, checkpoint) => [
      { tower: run.encoder, weights: run.weights(checkpoint), column: new ImageColumn(pictures) },
    ],
    embeddingsKey: async (_, checkpoint) => String(checkpoint),
    hindrance: () => null,
    refusal: (reason) => new BackendError(reason),
  });
}
