import {
  type Column,
  crc32,
  type Dataset,
  encoderTower,
  InputError,
  KindredError,
  linearLayer,
  type Ports,
  Rng,
  registerModality,
  reluLayer,
  sequential,
  type Tower,
  tensorData,
} from "../../../src/index.ts";

/** How a point is made ready: what is taken from it, in a file beside the model, and what it is divided by. */
export const scaling = { unit: 2 } as const;
export const originFile = "origin.json";

// All that a modality needs of Kindred: that it is known, a column and a tower.
registerModality({
  ...{ name: "points", items: "points" },
  reader: async ({ preprocessing, where, file }) => {
    const { unit } = preprocessing as { readonly unit: unknown };
    if (typeof unit !== "number") throw new InputError(`${where}: expected a unit, received ${unit}`);
    const origin: readonly number[] = JSON.parse(new TextDecoder().decode(await file(originFile)));
    return (value, name) => {
      if (!Array.isArray(value) || value.length !== 2) {
        throw new InputError(`${name} is no point, expected [x, y]`);
      }
      const scaled = value.map((x: number, i) => (x - origin[i]!) / unit);
      return { points: tensorData("float32", [1, 2], scaled) };
    };
  },
});

/** Points in the plane, `[count, 2]`; one of which nothing is known is not a number. */
class PointColumn implements Column {
  readonly modality = "points";
  readonly ports = [{ name: "points", dtype: "float32", shape: [2] }] as const;
  readonly name: string;
  readonly count: number;
  readonly #points: Float32Array;

  constructor(name: string, points: Float32Array) {
    this.name = name;
    this.count = points.length / 2;
    this.#points = points;
  }

  has(row: number): boolean {
    return !Number.isNaN(this.#points[2 * row]!);
  }

  /** Later, as of data that is not in memory. */
  async gather(rows: Uint32Array): Promise<Ports> {
    const data = new Float32Array(2 * rows.length);
    for (const [i, row] of rows.entries()) {
      if (!this.has(row)) throw new KindredError(`row ${row} of ${this.name} is no point`);
      data.set(this.#points.subarray(2 * row, 2 * row + 2), 2 * i);
    }
    return { points: { dtype: "float32", shape: [rows.length, 2], data } };
  }

  fingerprint(): string {
    return crc32(new Uint8Array(this.#points.buffer)).toString(16);
  }
}

/**
 * Points on three rings about the origin, whose class is their ring: by the angle between points, which cosine similarity
 * goes by, nothing can be told.
 *
 * @param lacking rows without a point
 */
export function rings(name: string, count: number, seed: number, lacking: readonly number[] = []): Dataset {
  const rng = Rng.of(seed, name);
  const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
  const points = new Float32Array(2 * count);
  for (const [row, label] of labels.entries()) {
    const radius = lacking.includes(row) ? Number.NaN : 0.5 + label + rng.uniform(-0.15, 0.15);
    const angle = rng.uniform(0, 2 * Math.PI);
    points.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * row);
  }
  return {
    ...{ name, count, labels, classes: ["inner", "middle", "outer"] },
    columns: new Map([["points", new PointColumn(name, points)]]),
  };
}

/** Two layers: `[n, 2] -> [n, 3]`. */
export function pointTower(): Tower {
  const layers = sequential([linearLayer(2, 32), reluLayer(), linearLayer(32, 3)]);
  return encoderTower({ ...layers, name: "two layers", inputShape: [2], dim: 3 }, "points", "points");
}
