import { BinaryReader } from "@bufbuild/protobuf/wire";
import { GraphError, InputError, type Shape, type TensorData, tensorData } from "../base/index.ts";
import { fieldsOf, graphFields, modelFields, textOf } from "./modelFile.ts";
import { type Rename, renamedGraph } from "./prefixNames.ts";
import { BinaryWriter, integer, message, text, writeTensor, writeValueInfo } from "./proto.ts";
import { copy, type WrapNode, writeNode } from "./wrapModel.ts";

/** How a frozen model is used: what it takes, and how its output becomes a vector of each picture. */
export interface TrunkPorts {
  /** Names of its input and of the output that is used. */
  readonly input: string;
  readonly output: string;
  /** Floats, normalised by `mean` and `std`, or bytes. */
  readonly dtype: "float32" | "uint8";
  /** `vector`: `[n, d]`; `map`: `[n, d, 1, 1]`; `mean` and `cls`: `[n, tokens, d]`, of which the mean or the first. */
  readonly pool: "vector" | "map" | "mean" | "cls";
  /** Pictures at a time where it takes just so many; null where that is open. */
  readonly batch: number | null;
  /** Of the values from 0 to 1, for each channel: `(x - mean) / std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Length of a vector. */
  readonly features: number;
}

/** A model that takes a trunk's vectors, `features` `[n, d]`, to `embedding` `[n, dim]`. */
export interface TrunkHead {
  readonly model: Uint8Array;
  readonly dim: number;
}

export interface ComposeOptions {
  /** Shape of a picture, `[channels, height, width]`. */
  readonly picture: Shape;
  /** Without one, the result gives `features`. */
  readonly head: TrunkHead | null;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The oldest operator set in which what is put around a trunk means what it means today. */
const oldestOpset = 7;
/** From this one on, `ReduceMean` takes its axes as an input. */
const axesAsInput = 18;
/** The oldest version of the file format in which an initializer need not be an input too. */
const oldestIr = 4;

/** What a head may consist of: operators that mean the same in each operator set from {@link oldestOpset} on. */
const portable: ReadonlySet<string> = new Set([
  "Gemm",
  "Relu",
  "Identity",
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Sqrt",
]);

const numbersOf = { irVersion: 1, opsetImport: 8, opsetDomain: 1, opsetVersion: 2, opType: 4 } as const;

/**
 * A frozen model with all that is before and after it, as one model: `images` `[n, channels, height, width]` in [-1, 1]
 * to `embedding` `[n, dim]`, or to the model's own `features` `[n, d]` where there is no head.
 *
 * The trunk stays as it is, operator sets and functions included, but for its names, which begin with `trunk/` so that
 * they meet no others. The head's begin with `head/`.
 *
 * @throws InputError when the trunk is written in an operator set before 7.
 */
export function composeTrunk(
  trunk: Uint8Array,
  ports: TrunkPorts,
  { picture, head, metadata = {} }: ComposeOptions,
): Uint8Array<ArrayBuffer> {
  const fields = [...fieldsOf(trunk)];
  const opset = opsetOf(trunk);
  const writer = new BinaryWriter();
  for (const field of fields) {
    const { number } = field;
    if (number === numbersOf.irVersion) integer(writer, 1, Math.max(oldestIr, varint(field.value)));
    else if (number === modelFields.graph) {
      message(writer, modelFields.graph, (body) => writeBody(body, field.value, ports, picture, head, opset));
    } else if (number !== modelFields.metadata) copy(writer, field);
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, modelFields.metadata, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return new Uint8Array(writer.finish());
}

/** Version of ONNX's own operators that a model is written in. */
function opsetOf(model: Uint8Array): number {
  for (const { number, value } of fieldsOf(model)) {
    if (number !== numbersOf.opsetImport) continue;
    const parts = [...fieldsOf(value)];
    const domain = parts.find((part) => part.number === numbersOf.opsetDomain);
    const name = domain ? textOf(domain.value) : "";
    if (name !== "" && name !== "ai.onnx") continue;
    const version = parts.find((part) => part.number === numbersOf.opsetVersion);
    const opset = version ? varint(version.value) : 0;
    if (opset >= oldestOpset) return opset;
    throw new InputError(
      `the trunk is written in ONNX's operator set ${opset}, expected ${oldestOpset} or later: export it anew`,
    );
  }
  throw new InputError("the trunk does not name the operator set that it is written in: export it anew");
}

function writeBody(
  body: BinaryWriter,
  graph: Uint8Array,
  ports: TrunkPorts,
  picture: Shape,
  head: TrunkHead | null,
  opset: number,
): void {
  const ofTrunk: Rename = (name) => `trunk/${name}`;
  const constants = new Map<string, TensorData>();
  const add = (node: WrapNode): void => message(body, graphFields.node, (proto) => writeNode(proto, node));
  for (const node of before(ports, picture, ofTrunk(ports.input), constants)) add(node);
  for (const field of renamedGraph(graph, ofTrunk)) {
    if (field.number !== graphFields.input && field.number !== graphFields.output) copy(body, field);
  }
  for (const node of after(ports, ofTrunk(ports.output), opset, constants)) add(node);
  if (head) writeHead(body, head.model);
  for (const [name, value] of constants) {
    message(body, graphFields.initializer, (proto) => writeTensor(proto, name, value));
  }
  const n = ports.batch ?? "batch";
  message(body, graphFields.input, (proto) => writeValueInfo(proto, "images", "float32", [n, ...picture]));
  const [name, length] = head ? ["embedding", head.dim] : ["features", ports.features];
  message(body, graphFields.output, (proto) => writeValueInfo(proto, name, "float32", [n, length]));
}

/** From [-1, 1] to what the trunk takes. */
function before(
  { dtype, mean, std }: TrunkPorts,
  picture: Shape,
  output: string,
  constants: Map<string, TensorData>,
): WrapNode[] {
  const channels = picture[0]!;
  const perChannel = (name: string, values: readonly number[]): string => {
    constants.set(name, tensorData("float32", [1, channels, 1, 1], values));
    return name;
  };
  if (dtype === "uint8") {
    constants.set("kindred/one", tensorData("float32", [], [1]));
    constants.set("kindred/half", tensorData("float32", [], [0.5]));
    constants.set("kindred/127.5", tensorData("float32", [], [127.5]));
    return [
      { op: "Add", inputs: ["images", "kindred/one"], output: "kindred/from 0" },
      { op: "Mul", inputs: ["kindred/from 0", "kindred/127.5"], output: "kindred/to 255" },
      { op: "Add", inputs: ["kindred/to 255", "kindred/half"], output: "kindred/raised" },
      { op: "Floor", inputs: ["kindred/raised"], output: "kindred/whole" },
      {
        op: "Cast",
        inputs: ["kindred/whole"],
        output,
        attributes: { to: { type: "int", value: 2 } },
      },
    ];
  }
  // ((x + 1) / 2 - mean) / std = x slope + offset.
  const slope = perChannel(
    "kindred/slope",
    std.map((deviation) => 0.5 / deviation),
  );
  const offset = perChannel(
    "kindred/offset",
    mean.map((value, channel) => (0.5 - value) / std[channel]!),
  );
  return [
    { op: "Mul", inputs: ["images", slope], output: "kindred/sloped" },
    { op: "Add", inputs: ["kindred/sloped", offset], output },
  ];
}

/** From the trunk's output to a vector of each picture. */
function after(
  { pool }: TrunkPorts,
  from: string,
  opset: number,
  constants: Map<string, TensorData>,
): WrapNode[] {
  const output = "features";
  switch (pool) {
    case "vector":
      return [{ op: "Identity", inputs: [from], output }];
    case "map":
      return [{ op: "Flatten", inputs: [from], output, attributes: { axis: { type: "int", value: 1 } } }];
    case "cls":
      constants.set("kindred/first", tensorData("int64", [], [0]));
      return [
        {
          op: "Gather",
          inputs: [from, "kindred/first"],
          output,
          attributes: { axis: { type: "int", value: 1 } },
        },
      ];
    case "mean": {
      const keepdims = { type: "int", value: 0 } as const;
      if (opset < axesAsInput) {
        return [
          {
            op: "ReduceMean",
            inputs: [from],
            output,
            attributes: { axes: { type: "ints", value: [1] }, keepdims },
          },
        ];
      }
      constants.set("kindred/tokens", tensorData("int64", [1], [1]));
      return [{ op: "ReduceMean", inputs: [from, "kindred/tokens"], output, attributes: { keepdims } }];
    }
  }
}

/** The head's nodes and weights, between `features` and `embedding`. */
function writeHead(body: BinaryWriter, model: Uint8Array): void {
  const graph = [...fieldsOf(model)].find(({ number }) => number === modelFields.graph)!.value;
  const ofHead: Rename = (name) => (name === "features" || name === "embedding" ? name : `head/${name}`);
  for (const field of renamedGraph(graph, ofHead)) {
    if (field.number === graphFields.node) {
      const op = [...fieldsOf(field.value)].find(({ number }) => number === numbersOf.opType);
      const name = op ? textOf(op.value) : "";
      if (!portable.has(name)) {
        throw new GraphError(`a head of ${name} cannot follow a trunk, expected ${[...portable].join(", ")}`);
      }
      copy(body, field);
    } else if (field.number === graphFields.initializer) copy(body, field);
  }
}

function varint(bytes: Uint8Array): number {
  return Number(new BinaryReader(bytes).int64());
}
