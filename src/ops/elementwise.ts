import { broadcastShapes, type DType, GraphError } from "../base/index.ts";
import {
  applyOne,
  defineOp,
  type NonDifferentiableOp,
  type OpDefinition,
  scalar,
  type Tensor,
} from "../graph/index.ts";
import { cast, equal, greater, greaterOrEqual } from "./comparison.ts";
import { type Operand, operand } from "./operand.ts";

type Binary = "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max";
type Unary = "Neg" | "Abs" | "Exp" | "Log" | "Sqrt" | "Erf";

function requireSameDType(a: Tensor, b: Tensor): DType {
  if (a.dtype !== b.dtype)
    throw new GraphError(`operands are ${a.dtype} and ${b.dtype}, expected one dtype; cast one`);
  return a.dtype;
}

function binary<K extends Exclude<Binary, NonDifferentiableOp>>(
  op: K,
  gradient: OpDefinition<K>["gradient"],
): OpDefinition<K> {
  return defineOp<K>({
    op,
    arity: [2, 2],
    infer: ([a, b]) => [{ dtype: requireSameDType(a!, b!), shape: broadcastShapes([a!.shape, b!.shape]) }],
    gradient,
  });
}

function unary<K extends Unary>(op: K, gradient: OpDefinition<K>["gradient"]): OpDefinition<K> {
  return defineOp<K>({ op, arity: [1, 1], infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }], gradient });
}

export const Add = binary("Add", (_, [dy]) => [dy!, dy!]);
export const Sub = binary("Sub", (_, [dy]) => [dy!, neg(dy!)]);
export const Mul = binary("Mul", ({ inputs: [a, b] }, [dy]) => [mul(dy!, b!), mul(dy!, a!)]);
export const Div = binary("Div", ({ inputs: [, b], outputs: [y] }, [dy]) => {
  const quotient = div(dy!, b!);
  return [quotient, neg(mul(quotient, y!))];
});
/** d/dp x^p = x^p ln x, taken as 0 where x is not positive, as PyTorch does at 0; x^0 is 1 also at 0, so d/dx is 0. */
export const Pow = binary("Pow", ({ inputs: [x, p], outputs: [y] }, [dy]) => [
  mul(dy!, where(equal(p!, 0), 0, mul(p!, pow(x!, sub(p!, 1))))),
  mul(dy!, where(greater(x!, 0), mul(y!, log(x!)), 0)),
]);
/** Shared evenly by equal operands, as PyTorch's `maximum` does. */
export const Max = binary("Max", ({ inputs: [a, b] }, [dy]) => {
  const above = cast(greater(a!, b!), a!.dtype);
  const share = mul(add(above, cast(greaterOrEqual(a!, b!), a!.dtype)), 0.5);
  return [mul(dy!, share), mul(dy!, sub(1, share))];
});

export const Neg = unary("Neg", (_, [dy]) => [neg(dy!)]);
export const Abs = unary("Abs", ({ inputs: [x] }, [dy]) => [mul(dy!, sign(x!))]);
export const Exp = unary("Exp", ({ outputs: [y] }, [dy]) => [mul(dy!, y!)]);
export const Log = unary("Log", ({ inputs: [x] }, [dy]) => [div(dy!, x!)]);
export const Sqrt = unary("Sqrt", ({ outputs: [y] }, [dy]) => [div(mul(dy!, 0.5), y!)]);
export const Erf = unary("Erf", ({ inputs: [x] }, [dy]) => [
  mul(dy!, mul(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI))),
]);

export const Sign = defineOp<"Sign">({
  op: "Sign",
  arity: [1, 1],
  infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  gradient: null,
});

export const Identity = defineOp<"Identity">({
  op: "Identity",
  arity: [1, 1],
  infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  gradient: (_, [dy]) => [dy!],
});

export const Where = defineOp<"Where">({
  op: "Where",
  arity: [3, 3],
  infer: ([condition, x, y]) => {
    if (condition!.dtype !== "bool") throw new GraphError(`condition is ${condition!.dtype}, expected bool`);
    return [
      { dtype: requireSameDType(x!, y!), shape: broadcastShapes([condition!.shape, x!.shape, y!.shape]) },
    ];
  },
  gradient: ({ inputs: [condition] }, [dy]) => [null, where(condition!, dy!, 0), where(condition!, 0, dy!)],
});

/** `a + b`, broadcasting as numpy does. */
export function add(a: Operand, b: Operand): Tensor {
  return applyOne(Add, operands(a, b), {});
}

/** `a - b`, broadcasting as numpy does. */
export function sub(a: Operand, b: Operand): Tensor {
  return applyOne(Sub, operands(a, b), {});
}

/** `a * b`, broadcasting as numpy does. */
export function mul(a: Operand, b: Operand): Tensor {
  return applyOne(Mul, operands(a, b), {});
}

/** `a / b`, broadcasting as numpy does. */
export function div(a: Operand, b: Operand): Tensor {
  return applyOne(Div, operands(a, b), {});
}

/** `a ^ b`, broadcasting as numpy does. */
export function pow(a: Operand, b: Operand): Tensor {
  return applyOne(Pow, operands(a, b), {});
}

/** The greater of `a` and `b`, broadcasting as numpy does. */
export function maximum(a: Operand, b: Operand): Tensor {
  return applyOne(Max, operands(a, b), {});
}

/** `-x`. */
export function neg(x: Tensor): Tensor {
  return applyOne(Neg, [x], {});
}

/** `|x|`; its gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return applyOne(Abs, [x], {});
}

/** -1, 0 or 1; has no gradient. */
export function sign(x: Tensor): Tensor {
  return applyOne(Sign, [x], {});
}

/** `e^x`. */
export function exp(x: Tensor): Tensor {
  return applyOne(Exp, [x], {});
}

/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return applyOne(Log, [x], {});
}

/** Square root. */
export function sqrt(x: Tensor): Tensor {
  return applyOne(Sqrt, [x], {});
}

/** The error function, `2/sqrt(pi) * integral from 0 to x of e^(-t^2) dt`. */
export function erf(x: Tensor): Tensor {
  return applyOne(Erf, [x], {});
}

/** `x * x`. */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** `x` where the condition holds, else `y`. */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  return applyOne(Where, [condition, ...operands(x, y)], {});
}

/** `x` itself, under a node of its own. */
export function identity(x: Tensor): Tensor {
  return applyOne(Identity, [x], {});
}

/** `x` with entries equal to zero replaced by one: a safe divisor. */
export function nonZero(x: Tensor): Tensor {
  return where(equal(x, 0), scalar(1, x.dtype), x);
}

function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  return [operand(a, b), operand(b, a)];
}
