import { describe, expect, it } from "vitest";
import type { TrainingState } from "../../train/trainingState.ts";
import { writeSafetensors } from "./index.ts";
import { decodeTrainingState, encodeTrainingState } from "./trainingState.ts";

const row = {
  epoch: 1,
  trainLoss: 0.5,
  valLoss: null,
  lr: 0.1,
  knn1: 0.9,
  knnReferences: 10,
  mapAtR: 0.8,
  best: 1,
  seconds: 2,
};
const state: TrainingState = {
  progress: {
    epoch: 1,
    batch: 3,
    step: 13,
    lossSum: 1.5,
    seconds: 0.5,
    seed: 7,
    history: [{ ...row, perSecond: 40, unit: "pictures" }],
  },
  tensors: new Map([["weight", { dtype: "float32", shape: [2], data: Float32Array.of(1, -2) }]]),
};

describe("a training state", () => {
  it("is the same after it was written and read", () => {
    expect(decodeTrainingState(encodeTrainingState(state), "latest.safetensors")).toEqual(state);
  });

  it("from when every training was one of pairs still counts them", () => {
    const old = { ...state.progress, history: [{ ...row, pairsPerSecond: 320 }] };
    const bytes = writeSafetensors(state.tensors, {
      format: "kindred training state 1",
      progress: JSON.stringify(old),
    });
    const { progress } = decodeTrainingState(bytes, "latest.safetensors");
    expect(progress.history).toEqual([{ ...row, perSecond: 320, unit: "pairs" }]);
  });

  it("from before training could stop early has neither MAP@R nor a best epoch", () => {
    const { mapAtR: _, best: __, ...old } = { ...row, perSecond: 40, unit: "pictures" };
    const bytes = writeSafetensors(state.tensors, {
      format: "kindred training state 1",
      progress: JSON.stringify({ ...state.progress, history: [old] }),
    });
    const { progress } = decodeTrainingState(bytes, "latest.safetensors");
    expect(progress.history).toEqual([{ ...old, mapAtR: null, best: null }]);
  });

  it("that is none names the file and what is wrong", () => {
    const written = (progress: unknown): Uint8Array =>
      writeSafetensors(state.tensors, {
        format: "kindred training state 1",
        progress: JSON.stringify(progress),
      });
    expect(() => decodeTrainingState(written({ ...state.progress, step: -1 }), "file")).toThrow(
      /^file: its progress: step: expected .*, received -1, in .* cannot be resumed$/,
    );
    expect(() => decodeTrainingState(written({ ...state.progress, history: [row] }), "file")).toThrow(
      /^file: its progress: history\.0\.perSecond: /,
    );
  });
});
