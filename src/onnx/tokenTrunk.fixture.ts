import type { TensorData } from "../base/index.ts";
import { tensorData } from "../base/index.ts";
import {
  BinaryWriter,
  integer,
  type ModelShape,
  message,
  type OnnxAttribute,
  text,
  writeAttribute,
  writeTensor,
  writeValueInfo,
} from "./proto.ts";

/**
 * A model assembled by hand, as another exporter would write it: file format 8, names of its own, one of them that of the
 * composition's (`features`), a value that only a subgraph reads, and 16 tokens of 2 numbers for a picture of 2 x 4 x 4.
 *
 * `pixel_values` `[n, 2, 4, 4]` is doubled where its greatest value is above zero, else halved (by `If`), and each
 * place becomes a token.
 */
export function tokenTrunk(opset: number): {
  readonly model: Uint8Array<ArrayBuffer>;
  /** The tokens of each picture, `[n][16][2]`, for pictures in [-1, 1]. */
  expected(
    images: TensorData,
    norm: { readonly mean: readonly number[]; readonly std: readonly number[] },
  ): number[][][];
} {
  const writer = new BinaryWriter();
  integer(writer, 1, 8);
  text(writer, 2, "by hand");
  message(writer, 7, (graph) => {
    node(graph, "ReduceMax", ["pixel_values"], ["peak"], { keepdims: { type: "int", value: 0 } });
    node(graph, "Greater", ["peak", "zero"], ["large"]);
    message(graph, 1, (proto) => {
      text(proto, 1, "large");
      text(proto, 2, "chosen");
      text(proto, 4, "If");
      for (const [name, factor, result] of [
        ["then_branch", "two", "doubled"],
        ["else_branch", "half", "halved"],
      ] as const) {
        message(proto, 5, (attribute) => {
          text(attribute, 1, name);
          message(attribute, 6, (branch) => {
            node(branch, "Mul", ["pixel_values", factor], [result]);
            text(branch, 2, name);
            if (factor === "two") message(branch, 5, (proto) => writeTensor(proto, factor, scalar(2)));
            message(branch, 12, (value) => writeValueInfo(value, result, "float32", ["n", 2, 4, 4]));
          });
          integer(attribute, 20, 5);
        });
      }
    });
    node(graph, "Reshape", ["chosen", "to rows"], ["rows"]);
    node(graph, "Transpose", ["rows"], ["features"], { perm: { type: "ints", value: [0, 2, 1] } });
    text(graph, 2, "tokens");
    const shape = tensorData("int64", [3], [0, 2, 16]);
    for (const [name, value] of [
      ["zero", scalar(0)],
      ["half", scalar(0.5)],
      ["to rows", shape],
    ] as const) {
      message(graph, 5, (proto) => writeTensor(proto, name, value));
    }
    const picture: ModelShape = ["n", 2, 4, 4];
    message(graph, 11, (value) => writeValueInfo(value, "pixel_values", "float32", picture));
    // As files of the first versions have it: an initializer that is an input, too.
    message(graph, 11, (value) => writeValueInfo(value, "half", "float32", []));
    message(graph, 12, (value) => writeValueInfo(value, "features", "float32", ["n", 16, 2]));
  });
  message(writer, 8, (entry) => integer(entry, 2, opset));
  return {
    model: new Uint8Array(writer.finish()),
    expected: ({ data, shape }, { mean, std }) => {
      const values = Array.from(data, Number).map((value, i) => {
        const channel = Math.floor(i / 16) % 2;
        return ((value + 1) / 2 - mean[channel]!) / std[channel]!;
      });
      const factor = Math.max(...values) > 0 ? 2 : 0.5;
      return Array.from({ length: shape[0]! }, (_, n) =>
        Array.from({ length: 16 }, (_, place) =>
          [0, 1].map((channel) => factor * values[n * 32 + channel * 16 + place]!),
        ),
      );
    },
  };
}

function scalar(value: number): TensorData {
  return tensorData("float32", [], [value]);
}

function node(
  graph: BinaryWriter,
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): void {
  message(graph, 1, (proto) => {
    for (const name of inputs) text(proto, 1, name);
    for (const name of outputs) text(proto, 2, name);
    text(proto, 4, op);
    for (const [name, attribute] of Object.entries(attributes)) {
      message(proto, 5, (written) => writeAttribute(written, name, attribute));
    }
  });
}
