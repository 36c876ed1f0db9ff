import { formatShape, GraphError, type Shape, sameShape } from "../base/index.ts";
import { scalar, type Tensor } from "../graph/index.ts";
import { add, reduceSum, reshape, zeros } from "../ops/index.ts";
import { collectForGradient } from "./walk.ts";

/**
 * Gradients of a scalar by tensors, as new graph nodes: `result[i] = d loss / d wrt[i]`, each of the shape of
 * `wrt[i]`, zero where the loss does not depend on it.
 *
 * A reverse walk that knows no operator: each node's own rule maps the gradients of its outputs to those of its
 * inputs, several paths to one tensor add up, and a gradient that still has a broadcast shape is summed back
 * here, once for all rules.
 *
 * @throws GraphError when the loss is no scalar, or when a path to it leads through an operator without gradient.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0 || loss.dtype !== "float32") {
    throw new GraphError(
      `gradients are taken of a float32 scalar, received ${loss.dtype}${formatShape(loss.shape)}; reduce it first`,
    );
  }
  const gradients = new Map<Tensor, Tensor>([[loss, scalar(1)]]);
  for (const node of collectForGradient(loss, new Set(wrt))) {
    const outputGradients = node.outputs.map((output) => gradients.get(output) ?? null);
    if (outputGradients.every((gradient) => gradient === null)) continue;
    if (!node.gradient) {
      throw new GraphError(
        `${node.op} has no gradient, but the loss depends on a differentiated tensor through it`,
      );
    }
    const inputGradients = node.gradient.backward(outputGradients);
    for (const [index, tensor] of node.gradient.inputs.entries()) {
      const gradient = inputGradients[index];
      if (!tensor || !gradient) continue;
      const fitted = sumToShape(gradient, tensor.shape);
      const sofar = gradients.get(tensor);
      gradients.set(tensor, sofar ? add(sofar, fitted) : fitted);
    }
  }
  return wrt.map((tensor) => gradients.get(tensor) ?? zeros(tensor.shape));
}

/** Sums a gradient over the axes that broadcasting repeated. */
function sumToShape(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const offset = gradient.shape.length - shape.length;
  const repeated = gradient.shape.flatMap((extent, axis) =>
    axis < offset || (shape[axis - offset] === 1 && extent !== 1) ? [axis] : [],
  );
  const summed = repeated.length > 0 ? reduceSum(gradient, repeated, { keepdims: true }) : gradient;
  return reshape(summed, shape);
}
