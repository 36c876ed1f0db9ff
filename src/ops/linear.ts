import { broadcastShapes, formatShape, GraphError } from "../base/index.ts";
import { applyOne, defineOp, type Schema, type Tensor } from "../graph/index.ts";
import { mul } from "./elementwise.ts";
import { transpose } from "./layout.ts";

export const MatMul = defineOp<"MatMul">({
  op: "MatMul",
  arity: [2, 2],
  infer: ([a, b]) => {
    if (a!.shape.length < 2 || b!.shape.length < 2)
      throw new GraphError("operands must have two axes or more");
    const [m, k] = a!.shape.slice(-2);
    const [k2, n] = b!.shape.slice(-2);
    if (k !== k2) throw new GraphError(`inner extents are ${k} and ${k2}, expected equal extents`);
    return [
      {
        dtype: a!.dtype,
        shape: [...broadcastShapes([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]), m!, n!],
      },
    ];
  },
  gradient: ({ inputs: [a, b] }, [dy]) => [
    matMul(dy!, transposeMatrix(b!)),
    matMul(transposeMatrix(a!), dy!),
  ],
});

function transposeMatrix(x: Tensor): Tensor {
  const rank = x.shape.length;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

export const Gemm = defineOp<"Gemm">({
  op: "Gemm",
  arity: [3, 3],
  infer: ([a, b, c], { transA, transB }) => {
    if (a!.shape.length !== 2 || b!.shape.length !== 2) throw new GraphError("A and B must be matrices");
    const [m, k] = transA ? a!.shape.toReversed() : a!.shape;
    const [k2, n] = transB ? b!.shape.toReversed() : b!.shape;
    if (k !== k2) throw new GraphError(`inner extents are ${k} and ${k2}, expected equal extents`);
    const shape = [m!, n!];
    if (c && broadcastShapes([c.shape, shape]).join() !== shape.join()) {
      throw new GraphError(`C ${formatShape(c.shape)} does not broadcast to ${formatShape(shape)}`);
    }
    return [{ dtype: a!.dtype, shape }];
  },
  gradient: ({ inputs: [a, b, c], attributes: { alpha, beta, transA, transB } }, [dy]) => [
    transA
      ? gemm(b!, dy!, null, { alpha, transA: transB, transB: 1 })
      : gemm(dy!, b!, null, { alpha, transB: transB ? 0 : 1 }),
    transB
      ? gemm(dy!, a!, null, { alpha, transA: 1, transB: transA })
      : gemm(a!, dy!, null, { alpha, transA: transA ? 0 : 1 }),
    c ? (beta === 1 ? dy! : mul(dy!, beta)) : null,
  ],
});

/** Product of the last two axes, the others broadcasting: `[..., m, k] x [..., k, n] -> [..., m, n]`. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  return applyOne(MatMul, [a, b], {});
}

/** `alpha A' B' + beta C` of matrices, a prime being the transpose where asked for; C broadcasts. */
export function gemm(
  a: Tensor,
  b: Tensor,
  c: Tensor | null,
  attributes: Partial<Schema["Gemm"]> = {},
): Tensor {
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes;
  return applyOne(Gemm, [a, b, c], { alpha, beta, transA, transB });
}
