import { describe, expect, it } from "vitest";
import { lessonEncoder } from "../modality/image/index.ts";
import { ForwardPass } from "../nn/index.ts";
import { conv2d, convTranspose2d, gemm, matMul } from "../ops/index.ts";
import { buildGraph } from "./build.ts";
import { multiplications } from "./operations.ts";
import { input, state, type Tensor } from "./tensor.ts";

const counted = (y: Tensor) => multiplications(buildGraph({ name: "counted", outputs: { y } }));

describe("multiplications", () => {
  it("are one for each weight that a result of a convolution takes, groups and strides considered", () => {
    const x = input("x", [2, 4, 9, 9]);
    const dense = conv2d(x, state("w", [6, 4, 3, 3]), null, { padding: 1, stride: 2 });
    expect(counted(dense)).toEqual({ forward: 2 * 6 * 25 * 36, training: 2 * (2 * 6 * 25 * 36) });
    const depthwise = conv2d(x, state("w", [4, 1, 3, 3]), null, { padding: 1, groups: 4 });
    expect(counted(depthwise).forward).toBe(2 * 4 * 81 * 9);
    // Turned round, each value of x is multiplied by each weight of its channel.
    const back = convTranspose2d(x, state("w", [4, 3, 2, 2]), null, { stride: 2 });
    expect(counted(back).forward).toBe(2 * 4 * 81 * 3 * 4);
  });

  it("of matrix products are rows times inner times columns, with each operand's gradient where it is trained", () => {
    const x = input("x", [5, 7]);
    const w = state("w", [3, 7]);
    const y = gemm(x, w, null, { transB: 1 });
    expect(counted(y)).toEqual({ forward: 105, training: 210 });
    const both = matMul(y, state("v", [2, 3, 4]));
    expect(counted(both)).toEqual({ forward: 105 + 120, training: 210 + 3 * 120 });
    expect(counted(gemm(input("a", [7, 5]), w, null, { transA: 1, transB: 1 })).forward).toBe(105);
  });

  it("of the lesson's encoder are those of its two convolutions and two linear layers", () => {
    const encoder = lessonEncoder();
    const embedding = encoder.forward(input("images", [1, 1, 28, 28]), new ForwardPass({ training: false }));
    const [first, second] = [32 * 26 * 26 * 25, 64 * 11 * 11 * 32 * 25];
    const linear = 1600 * 512 + 512 * 64;
    expect(counted(embedding)).toEqual({
      forward: first + second + linear,
      training: 2 * first + 3 * (second + linear),
    });
  });
});
