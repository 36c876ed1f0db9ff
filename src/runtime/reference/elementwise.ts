import { broadcastShapes, type DType } from "../../base/index.ts";
import { type Array64, type Kernel, zeros } from "./array64.ts";
import { erf } from "./erf.ts";
import { broadcastOffsets } from "./indices.ts";

/** `f` of corresponding elements of the inputs, broadcast to one shape. */
function broadcast(dtype: DType, inputs: readonly Array64[], f: (...values: number[]) => number): Array64[] {
  const result = zeros(dtype, broadcastShapes(inputs.map(({ shape }) => shape)));
  const offsets = inputs.map(({ shape }) => broadcastOffsets(shape, result.shape));
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = f(...inputs.map(({ data }, k) => data[offsets[k]![i]!]!));
  }
  return [result];
}

type UnaryOp =
  | "Neg"
  | "Abs"
  | "Sign"
  | "Exp"
  | "Log"
  | "Sqrt"
  | "Erf"
  | "Tanh"
  | "Sigmoid"
  | "Relu"
  | "Identity";
type BinaryOp = "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max";
type Comparison = "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "And" | "Or";

function unary(f: (x: number) => number): Kernel<UnaryOp> {
  return (_, x) => [{ ...x, data: x.data.map((value) => f(value)) }];
}

function binary(f: (a: number, b: number) => number): Kernel<BinaryOp> {
  return (_, a, b) => broadcast(a.dtype, [a, b], f);
}

function comparison(f: (a: number, b: number) => boolean): Kernel<Comparison> {
  return (_, a, b) => broadcast("bool", [a, b], (left, right) => Number(f(left, right)));
}

export const neg = unary((x) => -x);
export const abs = unary(Math.abs);
export const sign = unary(Math.sign);
export const exp = unary(Math.exp);
export const log = unary(Math.log);
export const sqrt = unary(Math.sqrt);
export const erfOp = unary(erf);
export const tanh = unary(Math.tanh);
export const sigmoid = unary((x) => 1 / (1 + Math.exp(-x)));
export const relu = unary((x) => Math.max(0, x));
export const identity = unary((x) => x);

export const leakyRelu: Kernel<"LeakyRelu"> = ({ alpha }, x) => [
  { ...x, data: x.data.map((value) => (value < 0 ? alpha * value : value)) },
];

/** `x * Phi(x)`, with the normal distribution function Phi or its approximation by tanh. */
export const gelu: Kernel<"Gelu"> = ({ approximate }, x) => {
  const phi =
    approximate === "tanh"
      ? (v: number) => 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))
      : (v: number) => 0.5 * (1 + erf(v / Math.SQRT2));
  return [{ ...x, data: x.data.map((value) => value * phi(value)) }];
};

export const add = binary((a, b) => a + b);
export const sub = binary((a, b) => a - b);
export const mul = binary((a, b) => a * b);
export const pow = binary((a, b) => a ** b);
export const max = binary(Math.max);
/** Integers divide towards zero. */
export const div: Kernel<"Div"> = (_, a, b) =>
  broadcast(a.dtype, [a, b], a.dtype === "float32" ? (x, y) => x / y : (x, y) => Math.trunc(x / y));

export const equal = comparison((a, b) => a === b);
export const less = comparison((a, b) => a < b);
export const lessOrEqual = comparison((a, b) => a <= b);
export const greater = comparison((a, b) => a > b);
export const greaterOrEqual = comparison((a, b) => a >= b);
export const and = comparison((a, b) => a !== 0 && b !== 0);
export const or = comparison((a, b) => a !== 0 || b !== 0);
export const not: Kernel<"Not"> = (_, x) => [{ ...x, data: x.data.map((value) => Number(value === 0)) }];

/** Where the bounds cross, the upper one holds. */
export const clip: Kernel<"Clip"> = (_, x, minimum?: Array64, maximum?: Array64) => {
  const low = minimum ? minimum.data[0]! : Number.NEGATIVE_INFINITY;
  const high = maximum ? maximum.data[0]! : Number.POSITIVE_INFINITY;
  return [{ ...x, data: x.data.map((value) => Math.min(high, Math.max(low, value))) }];
};

export const where: Kernel<"Where"> = (_, condition, x, y) =>
  broadcast(x.dtype, [condition, x, y], (chosen, a, b) => (chosen ? a : b));

/** Fractions are cut off and integers wrap; ONNX leaves the cast of NaN and infinity open, here they become 0. */
export const cast: Kernel<"Cast"> = ({ to }, x) => {
  const convert: Readonly<Record<DType, (value: number) => number>> = {
    float32: (value) => value,
    int64: (value) => (Number.isFinite(value) ? Math.trunc(value) : 0),
    int32: (value) => value | 0,
    uint8: (value) => value & 255,
    bool: (value) => Number(value !== 0),
  };
  return [{ dtype: to, shape: x.shape, data: x.data.map((value) => convert[to](value)) }];
};
