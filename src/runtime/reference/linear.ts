import { broadcastShapes } from "../../base/index.ts";
import { type Array64, type Kernel, zeros } from "./array64.ts";
import { broadcastOffsets } from "./indices.ts";

/** `y[..., i, j] = sum over k of a[..., i, k] * b[..., k, j]`, the axes before the last two broadcasting. */
export const matMul: Kernel<"MatMul"> = (_, a, b) => {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const aBatch = a.shape.slice(0, -2);
  const bBatch = b.shape.slice(0, -2);
  const batch = broadcastShapes([aBatch, bBatch]);
  const aMatrix = broadcastOffsets(aBatch, batch);
  const bMatrix = broadcastOffsets(bBatch, batch);
  const y = zeros(a.dtype, [...batch, rows, columns]);
  for (let m = 0; m < aMatrix.length; m++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = a.data[(aMatrix[m]! * rows + i) * inner + k]!;
          const right = b.data[(bMatrix[m]! * inner + k) * columns + j]!;
          sum += left * right;
        }
        y.data[(m * rows + i) * columns + j] = sum;
      }
    }
  }
  return [y];
};

/** `y = alpha * A' B' + beta * C`, where `A'` is A or its transpose and C is broadcast to the result. */
export const gemm: Kernel<"Gemm"> = ({ alpha, beta, transA, transB }, a, b, c?: Array64) => {
  const [rows, inner] = (transA ? a.shape.toReversed() : a.shape) as [number, number];
  const columns = transB ? b.shape[0]! : b.shape[1]!;
  const y = zeros(a.dtype, [rows, columns]);
  const cOffsets = c && broadcastOffsets(c.shape, y.shape);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const left = a.data[transA ? k * rows + i : i * inner + k]!;
        const right = b.data[transB ? j * inner + k : k * columns + j]!;
        sum += left * right;
      }
      const place = i * columns + j;
      y.data[place] = alpha * sum + (c && cOffsets ? beta * c.data[cOffsets[place]!]! : 0);
    }
  }
  return [y];
};
