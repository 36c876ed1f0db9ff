import { broadcastShapes, type DType, GraphError } from "../base/index.ts";
import { applyOne, defineOp, type OpDefinition, type Tensor } from "../graph/index.ts";
import { type Operand, operand } from "./operand.ts";

type Comparison = "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual";

function comparison<K extends Comparison>(op: K): OpDefinition<K> {
  return defineOp<K>({
    op,
    arity: [2, 2],
    infer: ([a, b]) => {
      if (a!.dtype !== b!.dtype) {
        throw new GraphError(`operands are ${a!.dtype} and ${b!.dtype}, expected one dtype; cast one`);
      }
      return [{ dtype: "bool", shape: broadcastShapes([a!.shape, b!.shape]) }];
    },
    gradient: null as OpDefinition<K>["gradient"],
  });
}

function logical<K extends "And" | "Or">(op: K): OpDefinition<K> {
  return defineOp<K>({
    op,
    arity: [2, 2],
    infer: ([a, b]) => {
      if (a!.dtype !== "bool" || b!.dtype !== "bool") {
        throw new GraphError(`operands are ${a!.dtype} and ${b!.dtype}, expected bool`);
      }
      return [{ dtype: "bool", shape: broadcastShapes([a!.shape, b!.shape]) }];
    },
    gradient: null as OpDefinition<K>["gradient"],
  });
}

export const Equal = comparison("Equal");
export const Less = comparison("Less");
export const LessOrEqual = comparison("LessOrEqual");
export const Greater = comparison("Greater");
export const GreaterOrEqual = comparison("GreaterOrEqual");
export const And = logical("And");
export const Or = logical("Or");

export const Not = defineOp<"Not">({
  op: "Not",
  arity: [1, 1],
  infer: ([x]) => {
    if (x!.dtype !== "bool") throw new GraphError(`operand is ${x!.dtype}, expected bool`);
    return [{ dtype: "bool", shape: x!.shape }];
  },
  gradient: null,
});

export const Cast = defineOp<"Cast">({
  op: "Cast",
  arity: [1, 1],
  infer: ([x], { to }) => [{ dtype: to, shape: x!.shape }],
  gradient: null,
});

/** `a == b` as bool. */
export function equal(a: Operand, b: Operand): Tensor {
  return applyOne(Equal, [operand(a, b), operand(b, a)], {});
}

/** `a < b` as bool. */
export function less(a: Operand, b: Operand): Tensor {
  return applyOne(Less, [operand(a, b), operand(b, a)], {});
}

/** `a <= b` as bool. */
export function lessOrEqual(a: Operand, b: Operand): Tensor {
  return applyOne(LessOrEqual, [operand(a, b), operand(b, a)], {});
}

/** `a > b` as bool. */
export function greater(a: Operand, b: Operand): Tensor {
  return applyOne(Greater, [operand(a, b), operand(b, a)], {});
}

/** `a >= b` as bool. */
export function greaterOrEqual(a: Operand, b: Operand): Tensor {
  return applyOne(GreaterOrEqual, [operand(a, b), operand(b, a)], {});
}

/** Both of two bools. */
export function and(a: Tensor, b: Tensor): Tensor {
  return applyOne(And, [a, b], {});
}

/** Either of two bools. */
export function or(a: Tensor, b: Tensor): Tensor {
  return applyOne(Or, [a, b], {});
}

/** The opposite of a bool. */
export function not(x: Tensor): Tensor {
  return applyOne(Not, [x], {});
}

/** The same values as another dtype; has no gradient. */
export function cast(x: Tensor, to: DType): Tensor {
  return applyOne(Cast, [x], { to });
}
