import { type InputTensor, input, state, type Tensor } from "../graph/index.ts";

/**
 * An update rule that is built into the training graph. Factors that depend on the step (the learning rate, bias
 * corrections) are computed on the host in float64 and fed as scalars.
 */
export interface Optimizer {
  readonly name: string;
  /** Everything that defines the rule, for a run's configuration. */
  readonly options: Readonly<Record<string, number>>;
  /** Names of the tensors kept beside each parameter, each of its shape and zero at first. */
  readonly slots: readonly string[];
  /** Names of the scalars fed at each step. */
  readonly scalars: readonly string[];
  /** Values of the scalars at a step, counted from 1, with a learning rate. */
  scalarsAt(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** One parameter's new value and slots; `decay` is whether weight decay acts on it, by default it does. */
  update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    scalars: Readonly<Record<string, Tensor>>,
    decay?: boolean,
  ): {
    readonly parameter: Tensor;
    readonly slots: readonly Tensor[];
  };
}

/** The name under which a parameter's slot is stored. */
export function slotName(optimizer: Optimizer, slot: string, parameter: string): string {
  return `${optimizer.name}.${slot}.${parameter}`;
}

/** The name under which a scalar is fed. */
export function scalarName(optimizer: Optimizer, scalar: string): string {
  return `${optimizer.name}.${scalar}`;
}

/**
 * The updates of parameters and slots by their gradients, as parts of a graph.
 *
 * @param undecayed parameters that weight decay does not act on
 */
export function optimizerUpdates(
  optimizer: Optimizer,
  parameters: readonly InputTensor[],
  gradients: readonly Tensor[],
  undecayed: ReadonlySet<InputTensor> = new Set(),
): Map<InputTensor, Tensor> {
  const scalars = Object.fromEntries(
    optimizer.scalars.map((name) => [name, input(scalarName(optimizer, name), [])]),
  );
  const updates = new Map<InputTensor, Tensor>();
  for (const [index, parameter] of parameters.entries()) {
    const slots = optimizer.slots.map((slot) =>
      state(slotName(optimizer, slot, parameter.source.name), parameter.shape),
    );
    const decay = !undecayed.has(parameter);
    const next = optimizer.update(parameter, gradients[index]!, slots, scalars, decay);
    updates.set(parameter, next.parameter);
    for (const [position, slot] of slots.entries()) updates.set(slot, next.slots[position]!);
  }
  return updates;
}
