import { GraphError, type TensorData } from "../base/index.ts";
import { type AttributeValue, type InputTensor, opsetVersion, type Tensor } from "../graph/index.ts";
import type { LoweredGraph } from "./lower/index.ts";
import {
  BinaryWriter,
  dataTypes,
  integer,
  type ModelShape,
  message,
  type OnnxAttribute,
  text,
  writeAttribute,
  writeTensor,
  writeValueInfo,
} from "./proto.ts";

/** The version of ONNX's file format that belongs to {@link opsetVersion}. */
const irVersion = 10;

/** Attributes that ONNX stores as floats even where their value is whole. */
const floatAttributes: ReadonlySet<string> = new Set(["alpha", "beta", "epsilon"]);

/** Under which name an update leaves the model. */
export function updateName(stateName: string): string {
  return `${stateName}:next`;
}

export interface EncodeOptions {
  /** Values that state inputs are fixed to; they become part of the model. */
  readonly parameters?: ReadonlyMap<string, TensorData>;
  /** Shapes to declare for inputs and outputs in place of the graph's, to leave extents open. */
  readonly shapes?: ReadonlyMap<Tensor, ModelShape>;
  /** Constants to write in place of the graph's. */
  readonly constants?: ReadonlyMap<Tensor, TensorData>;
  /** Key and value pairs that any ONNX tool shows. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Serialises a graph as an ONNX model: inputs under their names, then its outputs, then its updates under
 * {@link updateName}.
 *
 * @throws GraphError when a given parameter does not fit the state input of its name.
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 */
export function encodeModel(graph: LoweredGraph, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  integer(writer, 1, irVersion);
  text(writer, 2, "kindred");
  message(writer, 7, (body) => new GraphEncoder(graph, options).write(body));
  message(writer, 8, (opset) => {
    text(opset, 1, "");
    integer(opset, 2, opsetVersion);
  });
  for (const [domain, version] of Object.entries(graph.domains ?? {})) {
    message(writer, 8, (opset) => {
      text(opset, 1, domain);
      integer(opset, 2, version);
    });
  }
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return new Uint8Array(writer.finish());
}

class GraphEncoder {
  readonly #graph: LoweredGraph;
  readonly #options: EncodeOptions;
  readonly #names = new Map<Tensor, string>();
  /** Constants by their bytes, so that equal ones are written once. */
  readonly #constants = new Map<string, { name: string; data: TensorData }>();

  constructor(graph: LoweredGraph, options: EncodeOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  write(body: BinaryWriter): void {
    const { inputs, nodes, outputs, updates } = this.#graph;
    const taken = new Set([...inputs.map(({ source }) => source.name), ...outputs.keys()]);
    for (const tensor of inputs) this.#names.set(tensor, tensor.source.name);
    let counter = 0;
    const fresh = (stem: string): string => {
      let name: string;
      do name = `${stem}_${counter++}`;
      while (taken.has(name));
      return name;
    };
    const results = [
      ...outputs,
      ...[...updates].map(([target, value]) => [updateName(target.source.name), value] as const),
    ];
    // A computed tensor takes the name of the first result it is; further results, inputs and constants
    // leave by way of Identity.
    for (const [name, tensor] of results) {
      if (tensor.source.kind !== "input" && tensor.source.kind !== "constant" && !this.#names.has(tensor))
        this.#names.set(tensor, name);
    }
    for (const node of nodes) {
      message(body, 1, (proto) => {
        const names = node.inputs.map((tensor) => (tensor ? this.#nameOf(tensor) : ""));
        while (names.at(-1) === "") names.pop();
        for (const name of names) text(proto, 1, name);
        for (const output of node.outputs) {
          if (!this.#names.has(output)) this.#names.set(output, fresh(node.op));
          text(proto, 2, this.#names.get(output)!);
        }
        text(proto, 3, fresh(`node_${node.op}`));
        text(proto, 4, node.op);
        for (const [name, value] of Object.entries(node.attributes)) {
          message(proto, 5, (attribute) => writeAttribute(attribute, name, onnxAttribute(name, value)));
        }
        if (node.domain !== undefined) text(proto, 7, node.domain);
      });
    }
    for (const [name, tensor] of results) {
      if (this.#names.get(tensor) === name) continue;
      message(body, 1, (proto) => {
        text(proto, 1, this.#nameOf(tensor));
        text(proto, 2, name);
        text(proto, 4, "Identity");
      });
    }
    text(body, 2, this.#graph.name);
    for (const { name, data } of this.#constants.values()) {
      message(body, 5, (proto) => writeTensor(proto, name, data));
    }
    for (const tensor of inputs) this.#writeInput(body, tensor);
    for (const [name, tensor] of results) {
      message(body, 12, (proto) => writeValueInfo(proto, name, tensor.dtype, this.#shapeOf(tensor)));
    }
  }

  #writeInput(body: BinaryWriter, tensor: InputTensor): void {
    const { name, role } = tensor.source;
    const value = role === "state" ? this.#options.parameters?.get(name) : undefined;
    if (!value) {
      message(body, 11, (proto) => writeValueInfo(proto, name, tensor.dtype, this.#shapeOf(tensor)));
      return;
    }
    if (value.dtype !== tensor.dtype || value.shape.join() !== tensor.shape.join()) {
      throw new GraphError(
        `parameter "${name}" is ${value.dtype}[${value.shape.join(",")}], the graph expects ${tensor.dtype}[${tensor.shape.join(",")}]`,
      );
    }
    message(body, 5, (proto) => writeTensor(proto, name, value));
  }

  #shapeOf(tensor: Tensor): ModelShape {
    return this.#options.shapes?.get(tensor) ?? tensor.shape;
  }

  #nameOf(tensor: Tensor): string {
    if (tensor.source.kind !== "constant") return this.#names.get(tensor)!;
    const data = this.#options.constants?.get(tensor) ?? tensor.source.data;
    const key = `${data.dtype}[${data.shape.join(",")}]${data.data.join(",")}`;
    let known = this.#constants.get(key);
    if (!known) {
      known = { name: `constant_${this.#constants.size}`, data };
      this.#constants.set(key, known);
    }
    return known.name;
  }
}

function onnxAttribute(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === "object") return { type: "ints", value };
  if (typeof value === "string") {
    // Cast names its target by dtype here and by number in the file.
    return name === "to"
      ? { type: "int", value: dataTypes[value as keyof typeof dataTypes] }
      : { type: "string", value };
  }
  return floatAttributes.has(name) ? { type: "float", value } : { type: "int", value };
}
