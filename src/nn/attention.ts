import { GraphError, sizeOf } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import { add, gemm, matMul, mul, reshape, softmax, split, transpose } from "../ops/index.ts";
import { filled } from "./initializers.ts";
import { linearLayer } from "./layers.ts";
import type { ForwardPass, StateSpec } from "./module.ts";

/** Attention of each example's positions to one another. */
export interface Attention {
  readonly state: readonly StateSpec[];
  /**
   * @param x `[n * length, width]`
   * @param bias `[n, 1, 1, length]`, added to the scores: 0 for a position that is seen, a large negative number for another
   */
  forward(x: Tensor, bias: Tensor, pass: ForwardPass): Tensor;
}

/**
 * Multi-head self-attention, `softmax(Q K' / sqrt(width / heads) + bias) V` in each head: named and initialised as PyTorch's
 * `MultiheadAttention`.
 *
 * @throws GraphError when the heads do not divide the width.
 * @see Vaswani et al., "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762
 */
export function attentionLayer(width: number, heads: number): Attention {
  if (width % heads !== 0)
    throw new GraphError(`${heads} heads do not divide a width of ${width}, expected a divisor`);
  const perHead = width / heads;
  const shape = [3 * width, width];
  const bound = Math.sqrt(6 / (4 * width));
  const output = linearLayer(width, width);
  const [outputWeight] = output.state;
  return {
    state: [
      {
        ...{ name: "in_proj_weight", dtype: "float32", shape, trainable: true },
        // Xavier's bound of the three matrices as one.
        initialize: (rng) => rng.fillUniform(new Float32Array(sizeOf(shape)), -bound, bound),
      },
      filled("in_proj_bias", [3 * width], 0, true),
      { ...outputWeight!, name: "out_proj.weight" },
      filled("out_proj.bias", [width], 0, true),
    ],
    forward: (x, bias, pass) => {
      const [n, , , length] = bias.shape as [number, number, number, number];
      const joined = gemm(x, pass.state("in_proj_weight", shape), pass.state("in_proj_bias", [3 * width]), {
        transB: 1,
      });
      const [q, k, v] = split(joined, [width, width, width], 1).map((part) =>
        transpose(reshape(part, [n, length, heads, perHead]), [0, 2, 1, 3]),
      ) as [Tensor, Tensor, Tensor];
      const scores = matMul(mul(q, 1 / Math.sqrt(perHead)), transpose(k, [0, 1, 3, 2]));
      const seen = matMul(softmax(add(scores, bias)), v);
      const together = reshape(transpose(seen, [0, 2, 1, 3]), [n * length, width]);
      return output.forward(together, pass.within("out_proj"));
    },
  };
}
