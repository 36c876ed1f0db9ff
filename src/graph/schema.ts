import type { DType } from "../base/index.ts";

/** The one version of the ONNX operator set that every graph is written in. */
export const opsetVersion = 21;

/** Window attributes that convolutions and pools share, all of them always written out. */
export interface Window {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  /** `[top, left, bottom, right]` for two spatial axes. */
  readonly pads: readonly number[];
}

type None = Readonly<Record<never, never>>;
interface Axis {
  readonly axis: number;
}
interface Reduce {
  readonly keepdims: 0 | 1;
}

/**
 * The typed subset of ONNX that graphs are made of: for each operator its attributes, under ONNX's own names
 * and with ONNX's own meaning at {@link opsetVersion}. Arguments that ONNX takes as tensors (a target shape,
 * axes, pads) are constant inputs here too, so serialising needs no lowering table.
 *
 * @see https://onnx.ai/onnx/operators/
 */
export interface Schema {
  Add: None;
  Sub: None;
  Mul: None;
  Div: None;
  Pow: None;
  /** The greater of two. */
  Max: None;
  Neg: None;
  Abs: None;
  Sign: None;
  Exp: None;
  Log: None;
  Sqrt: None;
  Erf: None;
  Tanh: None;
  Sigmoid: None;
  Relu: None;
  LeakyRelu: { readonly alpha: number };
  Gelu: { readonly approximate: "none" | "tanh" };
  /** Inputs: x, minimum or none, maximum or none. */
  Clip: None;
  /** Inputs: condition (bool), x, y. */
  Where: None;
  Identity: None;

  Equal: None;
  Less: None;
  LessOrEqual: None;
  Greater: None;
  GreaterOrEqual: None;
  And: None;
  Or: None;
  Not: None;
  Cast: { readonly to: DType };

  MatMul: None;
  /** `alpha * A' B' + beta * C`; inputs: A, B, C or none. */
  Gemm: { readonly alpha: number; readonly beta: number; readonly transA: 0 | 1; readonly transB: 0 | 1 };

  /** Inputs: x `[n,c,h,w]`, weight `[o,c/group,kh,kw]`, bias `[o]` or none. */
  Conv: Window & { readonly dilations: readonly number[]; readonly group: number };
  /** Inputs: x `[n,c,h,w]`, weight `[c,o/group,kh,kw]`, bias `[o]` or none. */
  ConvTranspose: Window & {
    readonly dilations: readonly number[];
    readonly group: number;
    readonly output_padding: readonly number[];
  };
  /** Outputs: y, and the flat index of each maximum in x (int64). */
  MaxPool: Window & {
    readonly dilations: readonly number[];
    readonly ceil_mode: 0;
    readonly storage_order: 0;
  };
  /** Inputs: x, indices, output shape. */
  MaxUnpool: Window;
  AveragePool: Window & { readonly ceil_mode: 0; readonly count_include_pad: 0 | 1 };
  GlobalAveragePool: None;

  /** Inputs of the reductions: x, axes (int64). */
  ReduceSum: Reduce;
  ReduceSumSquare: Reduce;
  ReduceMean: Reduce;
  ReduceMax: Reduce;
  ReduceL2: Reduce;
  ReduceLogSumExp: Reduce;
  Softmax: Axis;
  LogSoftmax: Axis;
  ArgMax: Axis & { readonly keepdims: 0 | 1; readonly select_last_index: 0 };
  /** Inputs: x, k `[1]`. Outputs: values, indices (int64). */
  TopK: Axis & { readonly largest: 0 | 1; readonly sorted: 1 };

  /** Inputs: x, shape; no entry is 0 or -1. */
  Reshape: None;
  Transpose: { readonly perm: readonly number[] };
  /** Inputs: x, starts, ends, axes, steps. */
  Slice: None;
  Concat: Axis;
  /** Inputs: x, lengths. */
  Split: Axis;
  /** Inputs: x, indices (int64). */
  Gather: Axis;
  /** Inputs: x, shape. */
  Expand: None;
  /** Inputs: x, pads `[begin..., end...]`, value (scalar). */
  Pad: { readonly mode: "constant" };
  /** Inputs: data, indices `[..., k]`, updates. */
  ScatterND: { readonly reduction: "none" | "add" };
  /** Inputs: data, indices, updates. */
  ScatterElements: Axis & { readonly reduction: "none" | "add" };

  /** Inference form. Inputs: x, scale, bias, mean, variance, each but the first `[c]`. */
  BatchNormalization: { readonly epsilon: number; readonly training_mode: 0 };
  /** Inputs: x, scale, bias; normalises over `axis` and all that follow. */
  LayerNormalization: Axis & { readonly epsilon: number };
}

export type OpName = keyof Schema;

/**
 * The operators that have no gradient rule: their results are steps or indices, or they only occur inside
 * gradients themselves. A definition of any other operator does not compile without a rule.
 */
export type NonDifferentiableOp =
  | "Sign"
  | "Equal"
  | "Less"
  | "LessOrEqual"
  | "Greater"
  | "GreaterOrEqual"
  | "And"
  | "Or"
  | "Not"
  | "Cast"
  | "ArgMax"
  | "TopK"
  | "MaxUnpool"
  | "ScatterND"
  | "ScatterElements";

export type AttributeValue = number | string | readonly number[];
