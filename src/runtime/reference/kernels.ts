import type { OpName } from "../../graph/index.ts";
import type { Kernel } from "./array64.ts";
import * as convolution from "./convolution.ts";
import * as elementwise from "./elementwise.ts";
import * as indexing from "./indexing.ts";
import * as layout from "./layout.ts";
import * as linear from "./linear.ts";
import * as normalization from "./normalization.ts";
import * as pooling from "./pooling.ts";
import * as reductions from "./reductions.ts";

/** How each operator is computed; an operator without a kernel does not compile. */
export const kernels: { readonly [K in OpName]: Kernel<K> } = {
  Add: elementwise.add,
  Max: elementwise.max,
  Sub: elementwise.sub,
  Mul: elementwise.mul,
  Div: elementwise.div,
  Pow: elementwise.pow,
  Neg: elementwise.neg,
  Abs: elementwise.abs,
  Sign: elementwise.sign,
  Exp: elementwise.exp,
  Log: elementwise.log,
  Sqrt: elementwise.sqrt,
  Erf: elementwise.erfOp,
  Tanh: elementwise.tanh,
  Sigmoid: elementwise.sigmoid,
  Relu: elementwise.relu,
  LeakyRelu: elementwise.leakyRelu,
  Gelu: elementwise.gelu,
  Clip: elementwise.clip,
  Where: elementwise.where,
  Identity: elementwise.identity,
  Equal: elementwise.equal,
  Less: elementwise.less,
  LessOrEqual: elementwise.lessOrEqual,
  Greater: elementwise.greater,
  GreaterOrEqual: elementwise.greaterOrEqual,
  And: elementwise.and,
  Or: elementwise.or,
  Not: elementwise.not,
  Cast: elementwise.cast,
  MatMul: linear.matMul,
  Gemm: linear.gemm,
  Conv: convolution.conv,
  ConvTranspose: convolution.convTranspose,
  MaxPool: pooling.maxPool,
  MaxUnpool: pooling.maxUnpool,
  AveragePool: pooling.averagePool,
  GlobalAveragePool: pooling.globalAveragePool,
  ReduceSum: reductions.reduceSum,
  ReduceSumSquare: reductions.reduceSumSquare,
  ReduceMean: reductions.reduceMean,
  ReduceMax: reductions.reduceMax,
  ReduceL2: reductions.reduceL2,
  ReduceLogSumExp: reductions.reduceLogSumExp,
  Softmax: reductions.softmax,
  LogSoftmax: reductions.logSoftmax,
  ArgMax: reductions.argMax,
  TopK: reductions.topK,
  Reshape: layout.reshape,
  Transpose: layout.transpose,
  Slice: layout.slice,
  Concat: layout.concat,
  Split: layout.split,
  Gather: indexing.gather,
  Expand: layout.expand,
  Pad: layout.pad,
  ScatterND: indexing.scatterND,
  ScatterElements: indexing.scatterElements,
  BatchNormalization: normalization.batchNormalization,
  LayerNormalization: normalization.layerNormalization,
};
