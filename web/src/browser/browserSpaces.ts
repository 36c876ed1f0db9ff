import type { ImageDataset, Runtime } from "kindred";
import { BackendError, type SpacedRun, Spaces } from "kindred/workspace";
import type { BrowserRun } from "./browserRun.ts";
import { layoutInWorker } from "./layout.ts";

/** A run with all of its pictures, as it is now. */
export interface ShownRun extends SpacedRun {
  readonly run: BrowserRun;
  readonly pictures: ImageDataset;
}

/** The spaces of one run, in memory. */
export function browserSpaces(runtime: () => Promise<Runtime>): Spaces<ShownRun> {
  return new Spaces({
    runtime,
    layout: layoutInWorker,
    encoder: async ({ run, pictures }, checkpoint) => ({
      encoder: run.encoder,
      weights: run.weights(checkpoint),
      pictures,
    }),
    embeddingsKey: async (_, checkpoint) => String(checkpoint),
    hindrance: () => null,
    refusal: (reason) => new BackendError(reason),
  });
}
