import type { DType, Rng, Shape, TypedArrays } from "../base/index.ts";
import { GraphError, type TensorData } from "../base/index.ts";
import { type InputTensor, random, state, type Tensor } from "../graph/index.ts";

/** A tensor that a module keeps between runs: a parameter that is trained, or a buffer that follows along. */
export interface StateSpec<D extends DType = DType> {
  readonly name: string;
  readonly dtype: D;
  readonly shape: Shape;
  /** Whether the optimizer changes it. */
  readonly trainable: boolean;
  /** What its values are kept within after each step of training. Default: nothing. */
  readonly bounds?: { readonly min?: number; readonly max?: number };
  /** Whether the optimizer's weight decay acts on it. Default true. */
  readonly decayed?: boolean;
  initialize(rng: Rng): TypedArrays[D];
}

/** A layer or a stack of layers: what it keeps, and how it maps a tensor. */
export interface Module {
  readonly state: readonly StateSpec[];
  forward(x: Tensor, pass: ForwardPass): Tensor;
}

/**
 * One pass through a model while a graph is built. It hands out the state tensors by their full names
 * (`conv1.0.weight`), so that a module applied twice shares its parameters, and collects the state that the
 * pass changes (running statistics).
 */
export class ForwardPass {
  /** Whether layers behave as in training: batch statistics, dropout. */
  readonly training: boolean;
  /**
   * How many applications of the model the batch holds, in turn: row `i * applications + g` is example i of
   * application g. Each application has batch statistics of its own, as if it were computed alone, while everything
   * else is computed for all at once.
   */
  readonly applications: number;
  /** New values of state, by the tensor that they replace. */
  readonly updates: Map<InputTensor, Tensor>;
  readonly #prefix: string;
  readonly #shared: { readonly states: Map<string, InputTensor>; randoms: number };

  constructor(options: { readonly training: boolean });
  constructor(parent: ForwardPass, prefix: string, applications?: number);
  constructor(from: { readonly training: boolean } | ForwardPass, prefix = "", applications?: number) {
    this.training = from.training;
    this.#prefix = prefix;
    const parent = from instanceof ForwardPass ? from : undefined;
    this.applications = applications ?? parent?.applications ?? 1;
    this.updates = parent?.updates ?? new Map();
    this.#shared = parent ? parent.#shared : { states: new Map(), randoms: 0 };
  }

  /** The same pass, inside a sub-module. */
  within(name: string): ForwardPass {
    return new ForwardPass(this, this.#prefix === "" ? name : `${this.#prefix}.${name}`);
  }

  /** The same pass, for a batch that holds several applications in turn. */
  of(applications: number): ForwardPass {
    return new ForwardPass(this, this.#prefix, applications);
  }

  /** The tensor of a state of the current module. */
  state(name: string, shape: Shape, dtype: DType = "float32"): InputTensor {
    const fullName = this.#prefix === "" ? name : `${this.#prefix}.${name}`;
    let tensor = this.#shared.states.get(fullName);
    if (!tensor) {
      tensor = state(fullName, shape, dtype);
      this.#shared.states.set(fullName, tensor);
    }
    return tensor;
  }

  /** The value of a state after the updates so far: a module applied twice updates twice. */
  latest(tensor: InputTensor): Tensor {
    return this.updates.get(tensor) ?? tensor;
  }

  /** A dropout mask of its own for each application: zeros and `1 / (1 - drop)`. */
  dropoutMask(shape: Shape, drop: number): Tensor {
    return random(`dropout.${this.#shared.randoms++}`, shape, { distribution: "dropout-mask", drop });
  }

  /** The tensors of these states, in their order. */
  tensorsOf(specs: readonly StateSpec[]): InputTensor[] {
    return specs.map(({ name, shape, dtype }) => this.state(name, shape, dtype));
  }
}

/** Initial values of a module's state, each drawn from a stream of its own name. */
export function initialState(
  module: Pick<Module, "state">,
  streamOf: (name: string) => Rng,
): Map<string, TensorData> {
  const values = new Map<string, TensorData>();
  for (const spec of module.state) {
    if (values.has(spec.name)) throw new GraphError(`two states of the module are named "${spec.name}"`);
    const data = spec.initialize(streamOf(spec.name));
    values.set(spec.name, { dtype: spec.dtype, shape: spec.shape, data });
  }
  return values;
}

/** Number of trained values. */
export function parameterCount(module: Pick<Module, "state">): number {
  return module.state
    .filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}
