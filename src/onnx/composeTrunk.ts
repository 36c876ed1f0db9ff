import { BinaryReader } from "@bufbuild/protobuf/wire";
import { GraphError, InputError, type Shape, type TensorData, tensorData } from "../base/index.ts";
import {
  type Field,
  fieldsOf,
  graphFields,
  modelFields,
  nodeFields,
  readModel,
  textOf,
} from "./modelFile.ts";
import { type Rename, renamedGraph } from "./prefixNames.ts";
import {
  BinaryWriter,
  integer,
  type ModelShape,
  message,
  text,
  writeTensor,
  writeValueInfo,
} from "./proto.ts";
import { copy, type WrapNode, writeNode } from "./wrapModel.ts";

/** What a frozen model takes. */
export interface TrunkInput {
  /** Name of its input. */
  readonly input: string;
  /** Floats, normalised by `mean` and `std`, or bytes. */
  readonly dtype: "float32" | "float16" | "float64" | "uint8";
  /** Channels that it takes; default: those of the picture. Three are made of grey by repeating it, one of colour by Rec. 601. */
  readonly channels?: number;
  /** Pictures at a time where it takes just so many; null where that is open. */
  readonly batch: number | null;
  /** Of the values from 0 to 1, for each channel that it takes: `(x - mean) / std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** How a frozen model is used: what it takes, and how its output becomes a vector of each picture. */
export interface TrunkPorts extends TrunkInput {
  /** Name of the output that is used. */
  readonly output: string;
  /** `vector`: `[n, d]`; `map`: `[n, d, 1, 1]`; `mean` and `cls`: `[n, tokens, d]`, of which the mean or the first. */
  readonly pool: "vector" | "map" | "mean" | "cls";
  /** Length of a vector. */
  readonly features: number;
}

/** A model that takes a trunk's vectors, `features` `[n, d]`, to `embedding` `[n, dim]`. */
export interface TrunkHead {
  readonly model: Uint8Array;
  readonly dim: number;
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

const numbersOf = {
  irVersion: 1,
  opsetImport: 8,
  opsetDomain: 1,
  opsetVersion: 2,
  opType: 4,
  tensorName: 8,
} as const;

/**
 * A frozen model with what is before and after it: `images` `[n, channels, height, width]` in [-1, 1] to `features` `[n, d]`.
 *
 * The trunk stays as it is, operator sets and functions included, but for its names, which begin with `trunk/` so that
 * they meet no others.
 *
 * @param picture shape of a picture, `[channels, height, width]`
 * @throws InputError when the trunk is written in an operator set before 7.
 */
export function featureModel(trunk: Uint8Array, ports: TrunkPorts, picture: Shape): Uint8Array<ArrayBuffer> {
  return around(trunk, ports, picture, (body, opset, constants) => {
    for (const node of after(ports, ofTrunk(ports.output), opset, constants)) {
      message(body, graphFields.node, (proto) => writeNode(proto, node));
    }
    message(body, graphFields.output, (proto) =>
      writeValueInfo(proto, "features", "float32", [batchOf(ports), ports.features]),
    );
  });
}

/**
 * A frozen model as {@link featureModel} would have it, but with its own outputs, named `trunk/` and theirs: what it is tried by.
 *
 * @param picture shape of a picture; a name where an extent is open
 * @throws InputError when the trunk is written in an operator set before 7.
 */
export function trialModel(
  trunk: Uint8Array,
  input: TrunkInput,
  picture: ModelShape,
): Uint8Array<ArrayBuffer> {
  return around(trunk, input, picture, (body, _opset, _constants, outputs) => {
    for (const field of outputs) copy(body, field);
  });
}

/** A {@link featureModel} with a head behind it: `images` to `embedding` `[n, dim]`. The head's names begin with `head/`. */
export function withHead(
  features: Uint8Array,
  head: TrunkHead,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const [batch] = readModel(features, "the trunk").inputs[0]?.shape ?? [];
  return rewrittenGraph(features, metadata, (body, graph) => {
    for (const field of fieldsOf(graph)) if (field.number !== graphFields.output) copy(body, field);
    writeHead(body, head.model);
    message(body, graphFields.output, (proto) =>
      writeValueInfo(proto, "embedding", "float32", [batch || "batch", head.dim]),
    );
  });
}

/**
 * The {@link featureModel} that a model of {@link withHead} begins with; null for a model that does not begin with one.
 *
 * @param length of the features
 */
export function withoutHead(model: Uint8Array, length: number): Uint8Array<ArrayBuffer> | null {
  let makesFeatures = false;
  const [batch] = readModel(model, "the encoder").inputs[0]?.shape ?? [];
  const features = rewrittenGraph(model, {}, (body, graph) => {
    for (const field of fieldsOf(graph)) {
      const { number, value } = field;
      if (number === graphFields.node) {
        const made = [...fieldsOf(value)].filter((part) => part.number === nodeFields.output);
        const names = made.map((part) => textOf(part.value));
        if (names.includes("features")) makesFeatures = true;
        if (names.every((name) => name === "embedding" || name.startsWith("head/"))) continue;
      }
      if (number === graphFields.initializer && nameOfTensor(value).startsWith("head/")) continue;
      if (number !== graphFields.output) copy(body, field);
    }
    message(body, graphFields.output, (proto) =>
      writeValueInfo(proto, "features", "float32", [batch || "batch", length]),
    );
  });
  return makesFeatures ? features : null;
}

const ofTrunk: Rename = (name) => `trunk/${name}`;

function batchOf({ batch }: Pick<TrunkInput, "batch">): number | string {
  return batch ?? "batch";
}

/** A trunk from `images` on, and then what `write` adds to it. */
function around(
  trunk: Uint8Array,
  input: TrunkInput,
  picture: ModelShape,
  write: (
    body: BinaryWriter,
    opset: number,
    constants: Map<string, TensorData>,
    outputs: readonly Field[],
  ) => void,
): Uint8Array<ArrayBuffer> {
  const opset = opsetOf(trunk);
  return rewrittenGraph(trunk, {}, (body, graph) => {
    const constants = new Map<string, TensorData>();
    for (const node of before(input, picture[0] as number, ofTrunk(input.input), constants)) {
      message(body, graphFields.node, (proto) => writeNode(proto, node));
    }
    const outputs: Field[] = [];
    for (const field of renamedGraph(graph, ofTrunk)) {
      if (field.number === graphFields.output) outputs.push(field);
      else if (field.number !== graphFields.input) copy(body, field);
    }
    write(body, opset, constants, outputs);
    for (const [name, value] of constants) {
      message(body, graphFields.initializer, (proto) => writeTensor(proto, name, value));
    }
    message(body, graphFields.input, (proto) =>
      writeValueInfo(proto, "images", "float32", [batchOf(input), ...picture]),
    );
  });
}

/** A model with its graph written anew, without its metadata but with this. */
export function rewrittenGraph(
  model: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  write: (body: BinaryWriter, graph: Uint8Array) => void,
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(model)) {
    const { number, value } = field;
    if (number === numbersOf.irVersion) integer(writer, 1, Math.max(oldestIr, varint(value)));
    else if (number === modelFields.graph) message(writer, number, (body) => write(body, value));
    else if (number !== modelFields.metadata) copy(writer, field);
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
export function opsetOf(model: Uint8Array): number {
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

/** Numbers of `TensorProto.DataType`. */
export const elementTypes = { float32: 1, uint8: 2, float16: 10, float64: 11 } as const;
/** Shares of red, green and blue in a grey (Rec. 601), as Pillow and torchvision have it. */
const greyOfColour = [0.299, 0.587, 0.114];

/** From [-1, 1] to what the trunk takes. */
function before(
  { dtype, mean, std, channels: taken }: TrunkInput,
  channels: number,
  output: string,
  constants: Map<string, TensorData>,
): WrapNode[] {
  const nodes: WrapNode[] = [];
  let from = "images";
  const then = (
    op: string,
    others: readonly string[],
    to: string,
    attributes: WrapNode["attributes"] = {},
  ) => {
    nodes.push({ op, inputs: [from, ...others], output: to, attributes });
    from = to;
  };
  const constant = (name: string, shape: Shape, values: readonly number[]): string => {
    constants.set(name, tensorData("float32", shape, values));
    return name;
  };
  if (taken !== undefined && taken !== channels) {
    // A convolution of one pixel: from one channel to many each is the same, from three to one their grey.
    const shares = channels === 1 ? new Array<number>(taken).fill(1) : greyOfColour;
    then("Conv", [constant("kindred/shares", [taken, channels, 1, 1], shares)], "kindred/channels");
  }
  const cast = (to: keyof typeof elementTypes): void =>
    then("Cast", [], output, { to: { type: "int", value: elementTypes[to] } });
  if (dtype === "uint8") {
    then("Add", [constant("kindred/one", [], [1])], "kindred/from 0");
    then("Mul", [constant("kindred/127.5", [], [127.5])], "kindred/to 255");
    then("Add", [constant("kindred/half", [], [0.5])], "kindred/raised");
    then("Floor", [], "kindred/whole");
    cast("uint8");
    return nodes;
  }
  // ((x + 1) / 2 - mean) / std = x slope + offset.
  const perChannel = [1, mean.length, 1, 1];
  const slope = std.map((deviation) => 0.5 / deviation);
  const offset = mean.map((value, channel) => (0.5 - value) / std[channel]!);
  then("Mul", [constant("kindred/slope", perChannel, slope)], "kindred/sloped");
  then(
    "Add",
    [constant("kindred/offset", perChannel, offset)],
    dtype === "float32" ? output : "kindred/normalised",
  );
  if (dtype !== "float32") cast(dtype);
  return nodes;
}

/** From the trunk's output to a vector of each picture. */
function after(
  { pool }: TrunkPorts,
  from: string,
  opset: number,
  constants: Map<string, TensorData>,
): WrapNode[] {
  const output = "features";
  // Of a trunk of float16 or float64; of float32 it does nothing.
  const float = { to: { type: "int", value: elementTypes.float32 } } as const;
  const first: WrapNode = { op: "Cast", inputs: [from], output: "kindred/output", attributes: float };
  return [first, ...pooledNodes(pool, first.output, output, opset, constants)];
}

/** From an output of a vector or of tokens to a vector of each row. */
export function pooledNodes(
  pool: TrunkPorts["pool"] | "last",
  from: string,
  output: string,
  opset: number,
  constants: Map<string, TensorData>,
): WrapNode[] {
  switch (pool) {
    case "vector":
      return [{ op: "Identity", inputs: [from], output }];
    case "map":
      return [{ op: "Flatten", inputs: [from], output, attributes: { axis: { type: "int", value: 1 } } }];
    case "cls":
    case "last":
      constants.set("kindred/token", tensorData("int64", [], [pool === "cls" ? 0 : -1]));
      return [
        {
          op: "Gather",
          inputs: [from, "kindred/token"],
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
export function writeHead(body: BinaryWriter, model: Uint8Array): void {
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

function nameOfTensor(tensor: Uint8Array): string {
  const name = [...fieldsOf(tensor)].find(({ number }) => number === numbersOf.tensorName);
  return name ? textOf(name.value) : "";
}

function varint(bytes: Uint8Array): number {
  return Number(new BinaryReader(bytes).int64());
}
