import type { Skips } from "./kernelSuite.ts";

/** What ONNX Runtime 1.30's WebGPU provider gets wrong or has not, in Node and in browsers; the lesson needs none of it. */
export const webgpuSkips: Skips = {
  "MaxPool indices":
    "the provider refuses the output Indices; gradients go without, by maxPoolWithoutIndices",
  "ReduceLogSumExp: large values": "the provider does not take the maximum off first and overflows",
  "Slice: step -2 in the middle": "the provider gives other values for negative steps",
  "Slice: two axes, forwards and backwards": "the provider gives other values for negative steps",
};
