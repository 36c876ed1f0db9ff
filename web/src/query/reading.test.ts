import { describe, expect, it } from "vitest";
import { neighboursRead, type ReadSpace, readingOf, winner } from "./reading.ts";

/** Rows on a half circle, one degree apart; the first half is of class 3, the second of class 8. */
const count = 60;
const embeddings = Float32Array.from({ length: 2 * count }, (_, i) => {
  const angle = (Math.floor(i / 2) * Math.PI) / 180;
  return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
});
const space: ReadSpace = {
  embeddings,
  labels: Int32Array.from({ length: count }, (_, row) => (row < 30 ? 3 : 8)),
  mean: Float32Array.of(0.5, 0),
  components: Float32Array.of(1, 0, 0, 1, 0, 0),
  umap: Float32Array.from({ length: 2 * count }, (_, i) => Math.floor(i / 2)),
};

describe("readingOf", () => {
  it("finds the nearest by direction alone, and says which agree with the vote", () => {
    const reading = readingOf(
      embeddings.slice(20, 22).map((value) => 7 * value),
      space,
      null,
    );
    expect(reading.neighbours).toHaveLength(neighboursRead);
    expect(reading.neighbours[0]).toMatchObject({ row: 10, label: 3, alike: true });
    expect(reading.neighbours[0]!.similarity).toBeCloseTo(1, 6);
    expect(reading.votes).toEqual([{ label: 3, share: 1, count: neighboursRead }]);
    expect(reading.neighbours.map(({ row }) => row).sort((a, b) => a - b)).toEqual(
      Array.from({ length: neighboursRead }, (_, i) => 4 + i),
    );
  });

  it("places it exactly along the components, and among its neighbours on the UMAP", () => {
    const reading = readingOf(Float32Array.of(0, 2), space, null);
    expect([...reading.pca]).toEqual([-0.5, 1, 0]);
    expect(reading.umap![0]).toBeGreaterThan(count - 1 - neighboursRead);
    expect(reading.umap![0]).toBeLessThan(count);
    expect(readingOf(Float32Array.of(0, 2), { ...space, umap: null }, null).umap).toBeNull();
  });

  it("calls none apart where no class has most of the weight", () => {
    expect(winner([{ label: 4, share: 0.51, count: 7 }])).toBe(4);
    expect(winner([{ label: 4, share: 0.5, count: 6 }])).toBeNull();
    expect(winner([])).toBeNull();
    const many = { ...space, labels: Int32Array.from({ length: count }, (_, row) => row) };
    expect(readingOf(embeddings.slice(20, 22), many, null).neighbours.every(({ alike }) => alike)).toBe(true);
  });

  it("leaves out the row that it is of", () => {
    const reading = readingOf(embeddings.slice(58, 60), space, 29);
    expect(reading.neighbours).toHaveLength(neighboursRead);
    expect(reading.neighbours.map(({ row }) => row)).not.toContain(29);
    const classes = new Set(reading.neighbours.map(({ label }) => label));
    expect(classes.size).toBe(2);
    expect(
      reading.neighbours.every(({ label, alike }) => alike === (label === reading.votes[0]!.label)),
    ).toBe(true);
  });
});
