import { tensorData } from "../base/index.ts";
import { byteOfLight, lightOfByte, luminance } from "../modality/image/index.ts";
import { type ModelShape, readModel, type WrapNode, wrapModel } from "../onnx/index.ts";
import type { EncoderDescription } from "./encoderDescription.ts";

/** What an exported model is made of. */
export interface ExportModelInput {
  /** As `exportEncoder` gives it: `images` in [-1, 1] to `embedding`. */
  readonly onnx: Uint8Array;
  readonly description: EncoderDescription;
  /** Key and value pairs that any ONNX tool shows. */
  readonly metadata: Readonly<Record<string, string>>;
}

const scalarOf = (value: number) => tensorData("float32", [], [value]);

/**
 * An encoder with its preprocessing inside: `pixels` `[batch, size, size, channels]`, bytes as picture libraries hold
 * them (grey, or red, green, blue), to `embedding` `[batch, dim]`, of length 1 where the description says so. Any batch
 * size but where a trunk is made for one. Only the resizing is left to whoever calls it.
 */
export function exportForPixels({ onnx, description, metadata }: ExportModelInput): Uint8Array<ArrayBuffer> {
  const { size, channels } = description.preprocessing;
  const batch = batchOf(onnx);
  return wrapModel(onnx, {
    before: [
      {
        op: "Cast",
        inputs: ["pixels"],
        output: "kindred/floats",
        attributes: { to: { type: "int", value: 1 } },
      },
      {
        op: "Transpose",
        inputs: ["kindred/floats"],
        output: "kindred/planes",
        attributes: { perm: { type: "ints", value: [0, 3, 1, 2] } },
      },
      { op: "Div", inputs: ["kindred/planes", "kindred/half"], output: "kindred/scaled" },
      { op: "Sub", inputs: ["kindred/scaled", "kindred/one"], output: "images" },
    ],
    after: description.normalized ? [unitLength("kindred/embedding", "embedding")] : [],
    constants: { "kindred/half": scalarOf(127.5), "kindred/one": scalarOf(1) },
    renamed: description.normalized ? { embedding: "kindred/embedding" } : {},
    inputs: [{ name: "pixels", dtype: "uint8", shape: [batch, size, size, channels] }],
    outputs: [{ name: "embedding", dtype: "float32", shape: [batch, description.dim] }],
    metadata: {
      ...metadata,
      input: `pixels: bytes [batch, ${size}, ${size}, ${channels}], scaled inside the model`,
    },
  });
}

/**
 * An encoder as `@huggingface/transformers` runs it: `pixel_values` `[batch, 3, size, size]` in [-1, 1] to
 * `image_embeds` and `pooler_output`, both `[batch, dim]` and the same.
 *
 * Its image processor makes colour pictures only, so a grey encoder makes them grey itself, see `greyOf`.
 */
export function exportForTransformers({
  onnx,
  description,
  metadata,
}: ExportModelInput): Uint8Array<ArrayBuffer> {
  const { normalized, dim, preprocessing } = description;
  const { size } = preprocessing;
  const grey = preprocessing.channels === 1;
  const batch = batchOf(onnx);
  const embeddings: ModelShape = [batch, dim];
  return wrapModel(onnx, {
    before: grey ? greyNodes("pixel_values", "images") : [copyNode("pixel_values", "images")],
    after: [
      normalized
        ? unitLength("kindred/embedding", "image_embeds")
        : copyNode("kindred/embedding", "image_embeds"),
      copyNode("image_embeds", "pooler_output"),
    ],
    constants: grey ? greyConstants : {},
    renamed: { embedding: "kindred/embedding" },
    inputs: [{ name: "pixel_values", dtype: "float32", shape: [batch, 3, size, size] }],
    outputs: ["image_embeds", "pooler_output"].map((name) => ({ name, dtype: "float32", shape: embeddings })),
    metadata: { ...metadata, input: `pixel_values: [batch, 3, ${size}, ${size}] scaled to [-1, 1]` },
  });
}

/** Any number of pictures, or as many as a frozen trunk takes. */
function batchOf(onnx: Uint8Array): number | string {
  return readModel(onnx, "the encoder").inputs[0]?.shape[0] ?? "batch";
}

function copyNode(from: string, to: string): WrapNode {
  return { op: "Identity", inputs: [from], output: to };
}

/** Rows to length 1; a row of zeros stays as it is. */
function unitLength(from: string, to: string): WrapNode {
  const attributes = { axis: { type: "int", value: -1 }, p: { type: "int", value: 2 } } as const;
  return { op: "LpNormalization", inputs: [from], output: to, attributes };
}

const greyConstants = {
  "kindred/one": scalarOf(1),
  "kindred/half": scalarOf(0.5),
  "kindred/255": scalarOf(255),
  "kindred/127.5": scalarOf(127.5),
  "kindred/next": tensorData("int64", [], [1]),
  "kindred/light of a byte": tensorData("float32", [lightOfByte.length], lightOfByte),
  "kindred/byte of light": tensorData("float32", [byteOfLight.length], byteOfLight),
  "kindred/luminance": tensorData("float32", [1, 3, 1, 1], luminance),
};

/** Bytes to light, its luminance, back to a whole byte along the lines of `greyOf`, to [-1, 1]. */
function greyNodes(from: string, to: string): WrapNode[] {
  const nodes: WrapNode[] = [];
  const node = (
    op: string,
    inputs: readonly string[],
    attributes: WrapNode["attributes"] = {},
    output = `kindred/grey ${nodes.length}`,
  ): string => {
    nodes.push({ op, inputs, output, attributes });
    return output;
  };
  const constant = (name: string): string => `kindred/${name}`;
  const rounded = (value: string): string => node("Floor", [node("Add", [value, constant("half")])]);
  const index = (value: string): string => node("Cast", [value], { to: { type: "int", value: 7 } });
  const taken = (table: string, at: string): string =>
    node("Gather", [constant(table), at], { axis: { type: "int", value: 0 } });
  const byte = rounded(node("Mul", [node("Add", [from, constant("one")]), constant("127.5")]));
  const light = node("Conv", [taken("light of a byte", index(byte)), constant("luminance")], {
    kernel_shape: { type: "ints", value: [1, 1] },
    strides: { type: "ints", value: [1, 1] },
    dilations: { type: "ints", value: [1, 1] },
    pads: { type: "ints", value: [0, 0, 0, 0] },
    group: { type: "int", value: 1 },
  });
  const place = node("Mul", [light, constant("255")]);
  const below = node("Floor", [place]);
  const at = index(below);
  const first = taken("byte of light", at);
  const second = taken("byte of light", node("Add", [at, constant("next")]));
  const part = node("Mul", [node("Sub", [second, first]), node("Sub", [place, below])]);
  const grey = rounded(node("Add", [first, part]));
  node("Sub", [node("Div", [grey, constant("127.5")]), constant("one")], {}, to);
  return nodes;
}
