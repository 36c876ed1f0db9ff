import { InputError, type TensorData } from "../base/index.ts";
import type { Pooling } from "./manifest.ts";

/**
 * One vector for each row of a model's output: the output itself, or of an output of tokens the mean, the first or the last
 * one, padding left out.
 *
 * @param output `[rows, dim]`, or `[rows, tokens, dim]` where `pooling` is not `none`
 * @param mask 1 for a token, 0 for padding, `[rows, tokens]`; without one all count
 * @param name what messages call the model
 * @throws InputError when the output has another form.
 */
export function pooled(
  output: TensorData,
  pooling: Pooling,
  mask: TensorData | undefined,
  name: string,
): Float32Array[] {
  const [rows = 0, tokens = 0] = output.shape;
  const dim = output.shape.at(-1) ?? 0;
  const expected = pooling === "none" ? 2 : 3;
  if (output.shape.length !== expected || output.dtype !== "float32") {
    throw new InputError(
      `${name}: makes ${output.dtype} of shape [${output.shape.join(", ")}], expected float32 ${pooling === "none" ? "[rows, dim]" : "[rows, tokens, dim]"}`,
    );
  }
  const values = output.data as Float32Array;
  if (pooling === "none") {
    return Array.from({ length: rows }, (_, row) => values.slice(row * dim, (row + 1) * dim));
  }
  return Array.from({ length: rows }, (_, row) => {
    const at = (token: number): number => (row * tokens + token) * dim;
    const used = Array.from({ length: tokens }, (_, token) => token).filter(
      (token) => mask === undefined || Number(mask.data[row * tokens + token]) !== 0,
    );
    if (pooling !== "mean") {
      const token = (pooling === "cls" ? used[0] : used.at(-1)) ?? 0;
      return values.slice(at(token), at(token) + dim);
    }
    const sums = new Float64Array(dim);
    for (const token of used) for (let i = 0; i < dim; i++) sums[i]! += values[at(token) + i]!;
    return Float32Array.from(sums, (sum) => sum / Math.max(1, used.length));
  });
}
