import { unitRows } from "../../base/unitRows.ts";
import type { ImageDataset } from "../../modality/image/index.ts";
import { leaveOneOutAccuracy } from "../../neighbours/leaveOneOut.ts";
import type { Snapshot } from "../../train/index.ts";
import { labelsTell } from "../labelsTell.ts";
import type { Message } from "../message.ts";
import { type BatchHead, longestSampled, type MapHead, type SampleHead } from "../protocol.ts";
import { previewsPart, type ShownRows, shownModalities } from "../shownRows.ts";
import { threeAxes } from "../space/threeAxes.ts";

/** A message of {@link LiveMap.next}. */
export interface MapMessage {
  readonly head: MapHead;
  readonly arrays: { readonly positions: Float32Array };
}

/** A message of {@link sampleMessage}. */
export interface SampleMessage {
  readonly head: SampleHead;
  readonly arrays: Message["arrays"];
}

/** A message of a `BatchView`. */
export interface BatchMessage {
  readonly head: BatchHead;
  readonly arrays: {
    readonly pictures: Uint8Array;
    readonly labels: Int32Array;
    readonly similarity: Float32Array;
  };
}

/** What is told of a training while it goes on. */
export type LiveMessage = SampleMessage | MapMessage | BatchMessage;

/** The fixed sample that maps are of. */
export async function sampleMessage(sample: ShownRows): Promise<SampleMessage> {
  const { count, labels, classes } = sample;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const { head, arrays } = await previewsPart(sample, rows, longestSampled);
  return {
    head: {
      ...{ type: "sample", count, ...head },
      modalities: shownModalities(sample, longestSampled),
      labelled: labelsTell(sample),
      classNames: classes ?? null,
    },
    arrays: { ...arrays, labels },
  };
}

/**
 * Maps of a sample while its encoder is trained: the three principal components of unit rows, each map turned to lie as
 * near as can be to the one before.
 */
export class LiveMap {
  readonly #labels: Int32Array;
  readonly #labelled: boolean;
  #former: { readonly positions: Float32Array; readonly pairs: number; readonly lossSum: number } | null =
    null;

  /** @param sample the rows' labels, `[sample]`, and whether they mean anything */
  constructor({ labels, labelled }: Pick<ImageDataset, "labels" | "labelled">) {
    this.#labels = labels;
    this.#labelled = labelsTell({ labels, ...(labelled === undefined ? {} : { labelled }) });
  }

  /**
   * The map of a snapshot, some tens of milliseconds of work for 1,000 x 64, in pieces that let the event loop run.
   *
   * @throws InputError when a value is not finite.
   */
  async next({ step, epoch, pairs, lossSum, embeddings }: Snapshot): Promise<MapMessage> {
    const dim = embeddings.length / this.#labels.length;
    const units = unitRows(embeddings, dim);
    const former = this.#former;
    const { positions } = await threeAxes(units, dim, former?.positions ?? null);
    const knn1 = this.#labelled ? await leaveOneOutAccuracy(units, this.#labels, dim) : null;
    this.#former = { positions, pairs, lossSum };
    const since = former ? pairs - former.pairs : 0;
    const loss = former && since > 0 ? (lossSum - former.lossSum) / since : null;
    return { head: { type: "map", step, epoch, knn1, loss }, arrays: { positions } };
  }
}
