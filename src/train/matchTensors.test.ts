import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { matchTensors, type TensorLike } from "./matchTensors.ts";

const encoder = new Map<string, TensorLike>([
  ["conv1.0.weight", { dtype: "float32", shape: [32, 1, 5, 5] }],
  ["conv1.0.bias", { dtype: "float32", shape: [32] }],
  ["conv1.1.num_batches_tracked", { dtype: "int64", shape: [] }],
]);

describe("matchTensors", () => {
  it("accepts the same tensors in any order", () => {
    expect(() => matchTensors(encoder, new Map([...encoder].reverse()), "m.pt")).not.toThrow();
  });

  it.each([
    [
      "another shape",
      [["conv1.0.weight", { dtype: "float32", shape: [16, 1, 5, 5] }]],
      [],
      'm.pt: tensor "conv1.0.weight" has shape [16,1,5,5], expected [32,1,5,5]: the checkpoint belongs to an encoder of another size',
    ],
    [
      "a transposed shape",
      [["conv1.0.weight", { dtype: "float32", shape: [5, 5, 1, 32] }]],
      [],
      'm.pt: tensor "conv1.0.weight" has shape [5,5,1,32], expected [32,1,5,5]: the checkpoint belongs to an encoder of another size',
    ],
    [
      "another type",
      [["conv1.1.num_batches_tracked", { dtype: "float32", shape: [] }]],
      [],
      'm.pt: tensor "conv1.1.num_batches_tracked" is float32, expected int64',
    ],
    [
      "a missing tensor",
      [],
      ["conv1.0.bias"],
      'm.pt: tensor "conv1.0.bias" is missing, expected shape [32]; it holds 2 tensors: it belongs to another encoder',
    ],
    [
      "an unexpected tensor",
      [["fc.weight", { dtype: "float32", shape: [10, 4] }]],
      [],
      'm.pt: tensor "fc.weight" of shape [10,4] is not part of this encoder, expected only its 3 tensors',
    ],
    [
      "other names",
      [
        ["module.a", { dtype: "float32", shape: [1] }],
        ["module.b", { dtype: "float32", shape: [1] }],
      ],
      ["conv1.0.weight", "conv1.0.bias"],
      'm.pt: tensor "conv1.0.weight" (and 1 more) is missing, expected shape [32,1,5,5]; it holds "module.a" (and 1 more) instead: it belongs to another encoder',
    ],
  ] satisfies [string, [string, TensorLike][], string[], string][])(
    "refuses %s",
    (_, changed, removed, message) => {
      const received = new Map([...encoder, ...changed]);
      for (const name of removed) received.delete(name);
      expect(() => matchTensors(encoder, received, "m.pt")).toThrow(new InputError(message));
    },
  );
});
