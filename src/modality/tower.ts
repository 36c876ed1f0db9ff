import { InputError, KindredError, type Shape, type TensorData } from "../base/index.ts";
import type { Port } from "../data/column.ts";
import { buildGraph, type Graph, input, type Tensor } from "../graph/index.ts";
import { type Encoder, exampleShape, ForwardPass, type StateSpec } from "../nn/index.ts";
import { encodeDynamicBatch, readModel, withHead } from "../onnx/index.ts";

/** What embeds one modality. */
export interface Tower {
  readonly name: string;
  /** Name of the modality that it embeds. */
  readonly modality: string;
  /** What it takes of each row. */
  readonly ports: readonly Port[];
  /** Length of the embedding. */
  readonly dim: number;
  readonly state: readonly StateSpec[];
  /** What it takes, by the names of its ports `[batch, ...shape]`, to `[batch, dim]`. */
  embed(inputs: Inputs, pass: ForwardPass): Tensor;
  /** The same with a frozen model before it, where there is one: it takes what that one takes. */
  readonly whole?: WholeTower;
}

/** Tensors by the names of ports. */
export type Inputs = Readonly<Record<string, Tensor>>;

/** A tower with a frozen model before it, which runs as one ONNX model. */
export interface WholeTower {
  readonly ports: readonly Port[];
  /** Rows at a time where it takes just so many; null where that is open. */
  readonly batch: number | null;
  /** Rows at a time at most. Default 16, as frozen models are large as a rule. */
  readonly most?: number;
  /**
   * It takes its ports to `embedding`, with the tower's state inside.
   *
   * @throws KindredError when the frozen model has not been read.
   */
  model(
    state: ReadonlyMap<string, TensorData>,
    metadata?: Readonly<Record<string, string>>,
  ): Uint8Array<ArrayBuffer>;
}

/**
 * An encoder as a tower. It takes one port, by default `images` `[n, ...inputShape]`; behind a frozen trunk it is `features`
 * `[n, d]`.
 */
export function encoderTower(encoder: Encoder, modality = "image", port = "images"): Tower {
  const { name, dim, state, inputShape, trunk } = encoder;
  const portOf = (named: string, shape: Shape): Port => ({ name: named, dtype: "float32", shape });
  const own = portOf(trunk ? "features" : port, exampleShape(encoder));
  return {
    ...{ name, modality, dim, state },
    ports: [own],
    embed: (inputs, pass) => encoder.forward(inputs[own.name]!, pass),
    ...(trunk
      ? {
          whole: {
            ports: [portOf(port, inputShape)],
            batch: trunk.batch,
            model: (parameters, metadata = {}) => {
              if (!trunk.model) {
                throw new KindredError("the encoder's trunk has not been read, so it cannot be written");
              }
              const head = encodeDynamicBatch((batch) => embeddingGraph(encoder, batch), { parameters });
              const entries = { ...metadata, [trunkEntry]: trunk.sha256 };
              return withHead(trunk.model, { model: head, dim }, entries);
            },
          },
        }
      : {}),
  };
}

/** An encoder as a tower of pictures; a tower as it is. */
export function towerOf(of: Tower | Encoder): Tower {
  return "modality" in of ? of : encoderTower(of);
}

/**
 * The same tower with a prefix before the names of its state, `text.` for `text`, so that the state of several towers can stand
 * together: each keeps what it is called in a checkpoint of its own, behind the prefix.
 */
export function towerWithin(tower: Tower, prefix: string): Tower {
  const { whole } = tower;
  return {
    ...tower,
    state: tower.state.map((spec) => ({ ...spec, name: `${prefix}.${spec.name}` })),
    embed: (inputs, pass) => tower.embed(inputs, pass.within(prefix)),
    ...(whole
      ? { whole: { ...whole, model: (state, metadata) => whole.model(stateWithin(state, prefix), metadata) } }
      : {}),
  };
}

/** The state of one tower of several, under the names that it has by itself, see {@link towerWithin}. */
export function stateWithin(state: ReadonlyMap<string, TensorData>, prefix: string): Map<string, TensorData> {
  const own = [...state].filter(([name]) => name.startsWith(`${prefix}.`));
  return new Map(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/** Under which name a port is fed to a tower's {@link embeddingGraph}: a frozen tower's `embedding` is no output of it. */
export function embeddingInput(port: string): string {
  return port === "embedding" ? "embedding.given" : port;
}

/** Symbolic inputs for a batch, a name for each port. */
export function portInputs(
  ports: readonly Port[],
  batch: number,
  nameOf: (port: string) => string = (port) => port,
): Record<string, Tensor> {
  return Object.fromEntries(
    ports.map(({ name, dtype, shape }) => [name, input(nameOf(name), [batch, ...shape], dtype)]),
  );
}

/**
 * A tower's ports `[batch, ...shape]` to `embedding` `[batch, dim]`, as it is used after training.
 *
 * @param nameOf under which name a port is fed. Default: {@link embeddingInput}
 */
export function embeddingGraph(
  of: Tower | Encoder,
  batch: number,
  nameOf: (port: string) => string = embeddingInput,
): Graph {
  const tower = towerOf(of);
  const embedding = tower.embed(portInputs(tower.ports, batch, nameOf), new ForwardPass({ training: false }));
  return buildGraph({ name: `${tower.name} encoder`, outputs: { embedding } });
}

/** Under which key of an encoder's metadata the SHA-256 of its trunk is. */
export const trunkEntry = "kindred.trunk";

/**
 * The tower as an ONNX model for inference: its ports `[batch, ...shape]` to `embedding` `[batch, dim]`, any batch size but
 * where a frozen model takes just so many, with parameters, running statistics and the frozen model inside.
 *
 * @param state the tower's parameters and running statistics, by the names of `tower.state`
 * @param entries of its metadata, beside the tower's name (`encoder`) and what it takes (`input`)
 * @throws KindredError when the tower's frozen model has not been read, or what it computes depends on the batch size.
 */
export function exportTower(
  tower: Tower,
  state: ReadonlyMap<string, TensorData>,
  entries: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { ports } = tower.whole ?? tower;
  const input = ports.map(
    ({ name, dtype, shape }) => `${name}: ${dtype} [${["batch", ...shape].join(", ")}]`,
  );
  const metadata = { encoder: tower.name, input: input.join("; "), ...entries };
  if (tower.whole) return tower.whole.model(state, metadata);
  return encodeDynamicBatch((batch) => embeddingGraph(tower, batch), { parameters: state, metadata });
}

/**
 * What {@link exportTower} wrote as a tower, to embed with: it has only {@link Tower.whole}, no ports and no state of its own.
 *
 * @param fileName for messages
 * @throws InputError when the bytes are no ONNX model from inputs of fixed shapes to `embedding`.
 */
export function modelTower(onnx: Uint8Array<ArrayBuffer>, fileName: string, modality: string): Tower {
  const { inputs, outputs, metadata } = readModel(onnx, fileName);
  const ports = inputs.flatMap(({ name, dtype, shape: [, ...shape] }): Port[] => {
    const fixed = shape.filter((extent) => typeof extent === "number");
    return dtype && fixed.length === shape.length ? [{ name, dtype, shape: fixed }] : [];
  });
  const dim = outputs.find(({ name }) => name === "embedding")?.shape[1];
  if (typeof dim !== "number" || ports.length === 0 || ports.length < inputs.length) {
    const listed = [...inputs, ...outputs].map(
      ({ name, type, shape }) => `${name} ${type} [${shape.join(", ")}]`,
    );
    throw new InputError(
      `${fileName}: an ONNX model of ${listed.join(", ") || "nothing"}, expected one from inputs of fixed shapes to embedding [batch, dim], as kindred train writes`,
    );
  }
  const first = inputs[0]!.shape[0];
  return {
    ...{ name: metadata.get("encoder") ?? "", modality, dim, ports: [], state: [] },
    embed: () => {
      throw new KindredError(`${fileName} is a finished model: train a tower of its own`);
    },
    whole: {
      ports,
      batch: typeof first === "number" ? first : null,
      ...(metadata.has(trunkEntry) ? {} : { most: 256 }),
      model: () => onnx,
    },
  };
}

/** A picture encoder as {@link exportTower} writes it: `images` `[batch, channels, height, width]` in [-1, 1] to `embedding`. */
export function exportEncoder(
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
  entries: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const input = `[batch, ${encoder.inputShape.join(", ")}] scaled to [-1, 1]`;
  return exportTower(encoderTower(encoder), state, { input, ...entries });
}
