import { KindredError, type Shape, type TensorData } from "../base/index.ts";
import type { Port } from "../data/column.ts";
import { buildGraph, type Graph, input, type Tensor } from "../graph/index.ts";
import { type Encoder, exampleShape, ForwardPass, type StateSpec } from "../nn/index.ts";
import { encodeDynamicBatch, withHead } from "../onnx/index.ts";

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
  /** It takes its ports to `embedding`, with the tower's state inside. */
  model(state: ReadonlyMap<string, TensorData>): Uint8Array;
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
            model: (values) => exportEncoder(encoder, values),
          },
        }
      : {}),
  };
}

/** An encoder as a tower of pictures; a tower as it is. */
export function towerOf(of: Tower | Encoder): Tower {
  return "modality" in of ? of : encoderTower(of);
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

/** A tower's ports `[batch, ...shape]` to `embedding` `[batch, dim]`, as it is used after training. */
export function embeddingGraph(of: Tower | Encoder, batch: number): Graph {
  const tower = towerOf(of);
  const embedding = tower.embed(portInputs(tower.ports, batch), new ForwardPass({ training: false }));
  return buildGraph({ name: `${tower.name} encoder`, outputs: { embedding } });
}

/** Under which key of an encoder's metadata the SHA-256 of its trunk is. */
export const trunkEntry = "kindred.trunk";

/**
 * The encoder as an ONNX model for inference: `images` `[batch, channels, height, width]` in [-1, 1] to
 * `embedding` `[batch, dim]`, any batch size, parameters and running statistics inside; a trunk is inside, too.
 *
 * @param entries of its metadata, beside the encoder's name and what it takes
 * @throws KindredError when the encoder's trunk has not been read.
 */
export function exportEncoder(
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
  entries: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { name, inputShape, dim, trunk } = encoder;
  const metadata = {
    encoder: name,
    input: `[batch, ${inputShape.join(", ")}] scaled to [-1, 1]`,
    ...entries,
  };
  const build = (batch: number) => embeddingGraph(encoder, batch);
  if (!trunk) return encodeDynamicBatch(build, { parameters: state, metadata });
  if (!trunk.model) throw new KindredError("the encoder's trunk has not been read, so it cannot be written");
  const head = { model: encodeDynamicBatch(build, { parameters: state }), dim };
  return withHead(trunk.model, head, { ...metadata, [trunkEntry]: trunk.sha256 });
}
