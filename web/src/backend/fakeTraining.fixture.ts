import type { EpochHead } from "kindred/workspace";
import type { TrainingEvent } from "../session/trainingRecord.ts";
import { digitPicture, numbersOf, side } from "./fakePictures.fixture.ts";

const count = 2000;
const epochs = 3;
const steps = 990;
const size = side * side;
const labels = Int32Array.from({ length: count }, (_, row) => row % 10);
const pictures = new Uint8Array(count * size);
for (let row = 0; row < count; row++) pictures.set(digitPicture(labels[row]!, row % 200), row * size);

/** How well it has learned by then, 0 to 1. */
const learned = (part: number): number => 1 - Math.exp(-6 * part);

export function sampleMessage(): TrainingEvent {
  return {
    head: {
      ...{ type: "sample", count, mediaTypes: [], inFiles: null },
      picture: { width: side, height: side, channels: 1 },
      modalities: [
        {
          ...{ modality: "image", items: "pictures", count },
          preview: { kind: "pixels", width: side, height: side, channels: 1 },
        },
      ],
      labelled: true,
      classNames: null,
    },
    arrays: { labels, pixels: pictures },
  };
}

export function stepMessage(part: number): TrainingEvent {
  const random = numbersOf(Math.round(part * 4000))();
  return {
    head: {
      type: "step",
      step: Math.round(part * steps),
      epoch: part * epochs,
      epochs,
      loss: 0.12 + 3.1 * (1 - learned(part)) + 0.18 * (random - 0.5) * (1.2 - learned(part)),
      perSecond: 2310 + 80 * random,
      unit: "pictures",
      secondsLeft: 54 * (1 - part),
    },
    arrays: {},
  };
}

export function mapMessage(part: number): TrainingEvent {
  const random = numbersOf(7);
  const spread = learned(part);
  const positions = new Float32Array(3 * count);
  for (let row = 0; row < count; row++) {
    const angle = (labels[row]! / 10) * 2 * Math.PI + 0.6 * spread;
    const reach = 0.75 * spread;
    const bell = (): number => random() + random() + random() - 1.5;
    const width = 0.32 - 0.22 * spread;
    positions[3 * row] = Math.cos(angle) * reach * (1 + 0.3 * Math.sin(3 * angle)) + width * bell();
    positions[3 * row + 1] = Math.sin(angle) * reach + width * bell();
    positions[3 * row + 2] = Math.cos(2 * angle) * 0.6 * spread + width * bell();
  }
  return {
    head: {
      type: "map",
      step: Math.round(part * steps),
      epoch: part * epochs,
      knn1: 0.61 + 0.365 * spread,
      loss: null,
    },
    arrays: { positions },
  };
}

export function batchMessage(part: number): TrainingEvent {
  const trios = 8;
  const first = Math.round(part * 100);
  const batch = new Uint8Array(3 * trios * size);
  const trioLabels = new Int32Array(3 * trios);
  const similarity = new Float32Array(2 * trios);
  for (let trio = 0; trio < trios; trio++) {
    const classes = [(first + trio) % 10, (first + trio) % 10, (first + 3 * trio + 4) % 10];
    classes.forEach((label, row) => {
      const none = trio === 6 && row === 1;
      trioLabels[row * trios + trio] = none ? -1 : label;
      if (!none) batch.set(digitPicture(label, first + 31 * row + trio), (row * trios + trio) * size);
    });
    similarity[trio] = trio === 6 ? Number.NaN : -0.1 + 0.98 * learned(part) - 0.04 * trio;
    similarity[trios + trio] = 0.9 - 1.2 * learned(part) + 0.08 * trio;
  }
  return {
    head: {
      type: "batch",
      step: Math.round(part * steps),
      count: trios,
      width: side,
      height: side,
      channels: 1,
    },
    arrays: { pictures: batch, labels: trioLabels, similarity },
  };
}

export function epochMessage(epoch: number): TrainingEvent & { readonly head: EpochHead } {
  const part = epoch / epochs;
  return {
    head: {
      type: "epoch",
      metrics: {
        epoch,
        trainLoss: 0.15 + 3.1 * (1 - learned(part)),
        valLoss: 0.2 + 3.0 * (1 - learned(part)),
        lr: 0.001,
        knn1: 0.6 + 0.37 * learned(part),
        knnReferences: 4000,
        mapAtR: null,
        best: null,
        seconds: 18.2,
        perSecond: 2300,
        unit: "pictures",
      },
    },
    arrays: {},
  };
}
