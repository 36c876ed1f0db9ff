import { GraphError } from "../base/index.ts";
import { applyOne, defineOp, type OpDefinition, scalar, type Tensor } from "../graph/index.ts";
import { and, cast, greater, greaterOrEqual, lessOrEqual } from "./comparison.ts";
import { add, erf, exp, mul, square, sub, where } from "./elementwise.ts";

type Activation = "Tanh" | "Sigmoid" | "Relu" | "LeakyRelu" | "Gelu";

function activation<K extends Activation>(op: K, gradient: OpDefinition<K>["gradient"]): OpDefinition<K> {
  return defineOp<K>({
    op,
    arity: [1, 1],
    infer: ([x]) => {
      if (x!.dtype !== "float32") throw new GraphError(`operand is ${x!.dtype}, expected float32`);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
    gradient,
  });
}

export const Tanh = activation("Tanh", ({ outputs: [y] }, [dy]) => [mul(dy!, sub(1, square(y!)))]);
export const Sigmoid = activation("Sigmoid", ({ outputs: [y] }, [dy]) => [mul(dy!, mul(y!, sub(1, y!)))]);
export const Relu = activation("Relu", ({ outputs: [y] }, [dy]) => [
  mul(dy!, cast(greater(y!, 0), y!.dtype)),
]);
export const LeakyRelu = activation("LeakyRelu", ({ inputs: [x], attributes: { alpha } }, [dy]) => [
  where(greater(x!, 0), dy!, mul(dy!, alpha)),
]);
export const Gelu = activation("Gelu", ({ inputs: [x], attributes: { approximate } }, [dy]) => [
  mul(dy!, approximate === "tanh" ? geluTanhDerivative(x!) : geluDerivative(x!)),
]);

/** `Phi(x) + x phi(x)`, Phi and phi being the standard normal's distribution and density. */
function geluDerivative(x: Tensor): Tensor {
  const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(distribution, mul(x, density));
}

/** Derivative of `x/2 (1 + tanh u)` with `u = sqrt(2/pi) (x + 0.044715 x^3)`. */
function geluTanhDerivative(x: Tensor): Tensor {
  const c = Math.sqrt(2 / Math.PI);
  const t = tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), c));
  const slope = mul(add(mul(square(x), 3 * 0.044715), 1), c);
  return add(mul(add(t, 1), 0.5), mul(mul(mul(x, 0.5), sub(1, square(t))), slope));
}

export const Clip = defineOp<"Clip">({
  op: "Clip",
  arity: [3, 3],
  infer: ([x, minimum, maximum]) => {
    for (const bound of [minimum, maximum]) {
      if (bound && (bound.shape.length > 0 || bound.dtype !== x!.dtype)) {
        throw new GraphError(`bounds must be ${x!.dtype} scalars`);
      }
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  // As in PyTorch, the gradient passes at the bounds themselves, and none flows to the bounds.
  gradient: ({ inputs: [x, minimum, maximum] }, [dy]) => {
    const above = minimum && greaterOrEqual(x!, minimum);
    const below = maximum && lessOrEqual(x!, maximum);
    const inside = above && below ? and(above, below) : (above ?? below);
    return [inside ? where(inside, dy!, 0) : dy!, null, null];
  },
});

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return applyOne(Tanh, [x], {});
}

/** `1 / (1 + e^-x)`. */
export function sigmoid(x: Tensor): Tensor {
  return applyOne(Sigmoid, [x], {});
}

/** `max(x, 0)`; its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return applyOne(Relu, [x], {});
}

/** `x` where positive, else `alpha x`; alpha defaults to 0.01 as in PyTorch and ONNX. */
export function leakyRelu(x: Tensor, alpha = 0.01): Tensor {
  return applyOne(LeakyRelu, [x], { alpha });
}

/**
 * `x Phi(x)`, or its tanh approximation.
 *
 * @see Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Tensor, approximate: "none" | "tanh" = "none"): Tensor {
  return applyOne(Gelu, [x], { approximate });
}

/** `x` kept within the bounds given. */
export function clip(x: Tensor, bounds: { readonly min?: number; readonly max?: number }): Tensor {
  const bound = (value: number | undefined): Tensor | null =>
    value === undefined ? null : scalar(value, x.dtype);
  return applyOne(Clip, [x, bound(bounds.min), bound(bounds.max)], {});
}
