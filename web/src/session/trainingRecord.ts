import type { EpochMetrics } from "kindred";
import {
  type BatchHead,
  type EventHead,
  type ItemPreview,
  isUnderWay,
  type MapHead,
  type Message,
  type MessageArray,
  previewsOf,
  type ShownModality,
  type StepHead,
  type TrainingStatus,
} from "kindred/workspace";
import { bytesOf, floatsOf, intsOf } from "../backend/messageArrays.ts";
import type { ClassNames } from "../words/classNames.ts";
import { withMap, withStep } from "./history.ts";

/** The sample as the encoder saw it at a step; `positions` `[count, 3]`. */
export interface LiveMap extends MapHead {
  readonly positions: Float32Array;
}

/** What the live map shows: `labels` and `previews` `[count]`. */
export interface Sample {
  readonly modalities: readonly ShownModality[];
  readonly count: number;
  readonly labels: Int32Array;
  readonly previews: readonly ItemPreview[];
  /** All that the previews were told by: another sample has other bytes. */
  readonly told: readonly (readonly [string, MessageArray])[];
  /** Whether the labels mean anything, and what classes are called. */
  readonly labelled: boolean;
  readonly classNames: ClassNames;
}

/** Some triplets of the batch just trained on, see `BatchHead`. */
export interface TrainingBatch {
  readonly head: BatchHead;
  readonly pictures: Uint8Array;
  readonly labels: Int32Array;
  readonly similarity: Float32Array;
}

/** What is known of the training that is or was watched. */
export interface TrainingRecord {
  readonly training: TrainingStatus;
  readonly sample: Sample | null;
  readonly maps: readonly LiveMap[];
  readonly steps: readonly StepHead[];
  readonly epochs: readonly EpochMetrics[];
  readonly batch: TrainingBatch | null;
}

/** Nothing known of it yet. */
export function freshRecord(training: TrainingStatus): TrainingRecord {
  return { training, sample: null, maps: [], steps: [], epochs: [], batch: null };
}

/** An event that says something of the training. */
export interface TrainingEvent {
  readonly head: Exclude<EventHead, { readonly type: "run" | "beat" }>;
  readonly arrays: Message["arrays"];
}

/**
 * The record after an event. A status that begins another training begins another record.
 *
 * @throws BackendError when the event lacks one of its arrays
 */
export function withEvent(record: TrainingRecord, event: TrainingEvent): TrainingRecord {
  const { head } = event;
  switch (head.type) {
    case "status": {
      const { training } = head;
      // A server resumes a paused training by preparing it again.
      const begins = training.phase === "preparing" && !isUnderWay(record.training.phase);
      return begins ? freshRecord(training) : { ...record, training };
    }
    case "sample": {
      const { count, modalities, labelled, classNames } = head;
      const labels = intsOf(event, "labels");
      const told = Object.entries(event.arrays);
      // Told again after a pause. Maps of another sample would be of other rows.
      if (record.sample !== null && isSame(record.sample.told, told)) return record;
      const previews = previewsOf(head, event.arrays);
      const sample = { count, modalities, labels, previews, told, labelled, classNames };
      return { ...record, sample, maps: [] };
    }
    case "map":
      return {
        ...record,
        maps: withMap(before(record.maps, head.step), { ...head, positions: floatsOf(event, "positions") }),
      };
    case "step":
      return { ...record, steps: withStep(before(record.steps, head.step), head) };
    case "epoch":
      // An epoch that a resumed training ends again takes the place of what was told of it.
      return {
        ...record,
        epochs: [...record.epochs.filter(({ epoch }) => epoch < head.metrics.epoch), head.metrics],
      };
    case "batch": {
      const pictures = bytesOf(event, "pictures");
      const labels = intsOf(event, "labels");
      return { ...record, batch: { head, pictures, labels, similarity: floatsOf(event, "similarity") } };
    }
  }
}

/** What was told before a step: a training whose device was lost begins again from further back. */
function before<Told extends { readonly step: number }>(
  told: readonly Told[],
  step: number,
): readonly Told[] {
  return (told.at(-1)?.step ?? -1) < step ? told : told.filter((each) => each.step < step);
}

function isSame(one: Sample["told"], other: Sample["told"]): boolean {
  return (
    one.length === other.length &&
    one.every(([name, array], i) => {
      const [otherName, otherArray] = other[i] ?? [];
      return (
        name === otherName &&
        array.length === otherArray?.length &&
        array.every((value, at) => value === otherArray[at])
      );
    })
  );
}
