import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { classCounts } from "../data/index.ts";
import { compactEncoder, datasetsOf, type ImageDataset } from "../modality/image/index.ts";
import { initialState } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";
import { nearestNeighbourAccuracy, referenceRows } from "./validationAccuracy.ts";

describe("references of the validation images", () => {
  it("are all training images where there are no more than are taken", () => {
    expect(referenceRows(Int32Array.of(0, 0, 1), 1, null, 3)).toBeNull();
  });

  it("have of each class its share and at least one image, however the training images are sorted", () => {
    const sorted = Int32Array.from({ length: 2000 }, (_, row) => (row < 1996 ? Math.floor(row / 499) : row));
    const rows = referenceRows(sorted, 1, null, 100)!;
    const counts = classCounts(Int32Array.from(rows, (row) => sorted[row]!));
    expect([...counts.values()]).toEqual([24, 24, 24, 24, 1, 1, 1, 1]);
    expect(rows).toEqual(Uint32Array.from(new Set(rows)).sort());
  });

  it("are a function of the seed and the labels alone", () => {
    const labels = Int32Array.from({ length: 300 }, (_, row) => row % 2);
    expect(referenceRows(labels, 7, null, 50)).toEqual(referenceRows(labels, 7, null, 50));
    expect(referenceRows(labels, 7, null, 50)).not.toEqual(referenceRows(labels, 8, null, 50));
    // Among those that have the modality, as many as there may be.
    const present = Uint32Array.from({ length: 60 }, (_, i) => 3 * i);
    expect(referenceRows(labels, 7, present, 60)).toBe(present);
    const drawn = referenceRows(labels, 7, present, 50)!;
    expect(drawn).toHaveLength(50);
    expect([...drawn].every((row) => present.includes(row))).toBe(true);
  });

  it("are the only images that neighbours are looked for among", async () => {
    const runtime = referenceRuntime();
    const encoder = compactEncoder({ size: 8, width: 2, dim: 3 });
    const embedder = await Embedder.create(runtime, encoder);
    const store = await runtime.createStore(initialState(encoder, (name) => Rng.of(4, name)));
    const rng = Rng.of(5, "pictures");
    const training: ImageDataset = {
      name: "noise",
      ...{ count: 6, channels: 1, height: 8, width: 8 },
      pixels: Uint8Array.from({ length: 6 * 64 }, () => rng.int(256)),
      labels: Int32Array.of(0, 0, 1, 1, 2, 2),
    };
    const data = datasetsOf({ training, validation: training });
    const among = (rows: Uint32Array | null) => nearestNeighbourAccuracy(embedder, store, data, rows);
    expect(await among(null)).toMatchObject({ knn1: 1, references: 6 });
    // Each image finds itself where it is among them; those of class 1 have nothing to find.
    expect(await among(Uint32Array.of(0, 1, 4, 5))).toMatchObject({ knn1: 1, references: 4 });
    expect(await among(Uint32Array.of(4))).toMatchObject({ knn1: 1, references: 1 });
    await embedder.dispose();
    await store.dispose();
    await runtime.dispose();
  });
});
