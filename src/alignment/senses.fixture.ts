import { KindredError, Rng } from "../base/index.ts";
import type { Column, Dataset, Ports, Vary } from "../data/index.ts";
import { linearLayer, reluLayer, sequential } from "../nn/index.ts";
import { encoderTower, type Tower } from "../train/index.ts";

/** Numbers as a modality: its one port is `values` `[width]`. */
export function valuesColumn(
  modality: string,
  values: Float32Array,
  width: number,
  lacking: ReadonlySet<number> = new Set(),
  vary?: Vary,
): Column {
  return {
    ...{ name: `the ${modality} column`, modality, count: values.length / width },
    ports: [{ name: "values", dtype: "float32", shape: [width] }],
    has: (row) => !lacking.has(row),
    fingerprint: () => modality,
    ...(vary ? { vary } : {}),
    async gather(rows): Promise<Ports> {
      const data = new Float32Array(rows.length * width);
      for (const [at, row] of rows.entries()) {
        if (lacking.has(row)) throw new KindredError(`row ${row} lacks ${modality}`);
        data.set(values.subarray(row * width, (row + 1) * width), at * width);
      }
      return { values: { dtype: "float32", shape: [rows.length, width], data } };
    },
  };
}

/** How wide each sense of a thing is. */
export const widths = { image: 6, text: 5, audio: 7 } as const;

/**
 * Things, each a point in four dimensions, as three senses have them: projections that are bent, with some noise.
 *
 * @param lacking rows that lack a modality
 * @param each how many rows a thing has, which differ by their noise
 */
export function senses(
  name: string,
  count: number,
  seed: number,
  lacking: Readonly<Record<string, ReadonlySet<number>>> = {},
  each = 1,
): Dataset {
  const rng = Rng.of(seed, name);
  const things = Array.from({ length: count / each }, () => [0, 1, 2, 3].map(() => rng.normal()));
  const labels = Int32Array.from({ length: count }, (_, row) => Math.floor(row / each));
  const columns = Object.entries(widths).map(([modality, width]) => {
    const projection = Rng.of(1, "projection", modality);
    const matrix = Array.from({ length: width }, () => [0, 1, 2, 3].map(() => projection.normal()));
    const values = Array.from(labels, (label) => things[label]!).flatMap((thing) =>
      matrix.map(
        (row) => Math.tanh(row.reduce((sum, x, k) => sum + x * thing[k]!, 0) / 2) + 0.03 * rng.normal(),
      ),
    );
    return [modality, valuesColumn(modality, Float32Array.from(values), width, lacking[modality])] as const;
  });
  return { name, count, labels, columns: new Map(columns) };
}

/** Two layers on a sense: `[n, width] -> [n, dim]`. */
export function senseTower(modality: keyof typeof widths, dim = 8): Tower {
  const width = widths[modality];
  const layers = sequential([linearLayer(width, 32), reluLayer(), linearLayer(32, dim)]);
  return encoderTower({ ...layers, name: "two layers", inputShape: [width], dim }, modality, "values");
}
