import { InputError, Rng, sizeOf, type TensorData } from "../base/index.ts";
import { initialState, type StateSpec } from "../nn/index.ts";
import { type Optimizer, slotName } from "../optim/index.ts";
import { matchTensors } from "./matchTensors.ts";
import type { Task } from "./task.ts";
import type { TrainingState } from "./trainingState.ts";

/** What a training's state follows from. */
export interface Start {
  readonly task: Task;
  readonly optimizer: Optimizer;
  readonly seed: number;
  /** Values of the state of all towers, or of some, to start from, in place of random ones. */
  readonly initial?: ReadonlyMap<string, TensorData>;
  /** A state to go on from. */
  readonly resume?: TrainingState;
  /** What messages call that state, such as its file. Default `the saved state`. */
  readonly resumeName?: string;
}

/**
 * All that a training keeps: parameters and buffers, and for each trained parameter what the optimizer keeps, which begins as
 * zeros.
 *
 * @throws InputError when the initial or resumed tensors do not fit the task.
 */
export function startingState(start: Start): Map<string, TensorData> {
  const { task, optimizer, seed, initial, resume, resumeName = "the saved state" } = start;
  const values = initialState(task, (name) => Rng.of(seed, "initial", name));
  if (initial) {
    // A tower that nothing is given of begins at random, where there is another.
    const given = [...task.towers.values()].filter(({ state }) =>
      state.some(({ name }) => initial.has(name)),
    );
    const expected = given.length > 0 ? given.flatMap(({ state }) => state) : towersState(task);
    const ofTowers = new Map(expected.map((spec) => [spec.name, spec]));
    matchTensors(ofTowers, initial, "the initial state");
    for (const name of ofTowers.keys()) values.set(name, initial.get(name)!);
  }
  for (const { name, shape, trainable } of task.state) {
    if (!trainable) continue;
    for (const slot of optimizer.slots) {
      const data = new Float32Array(sizeOf(shape));
      values.set(slotName(optimizer, slot, name), { dtype: "float32", shape, data });
    }
  }
  if (!resume) return values;
  matchTensors(values, resume.tensors, resumeName);
  if (resume.progress.seed !== seed) {
    throw new InputError(`${resumeName} is of seed ${resume.progress.seed}, received seed ${seed}`);
  }
  return new Map([...values.keys()].map((name) => [name, resume.tensors.get(name)!]));
}

/** The state of all towers, without what else a task trains. */
export function towersState({ towers }: Task): StateSpec[] {
  return [...towers.values()].flatMap(({ state }) => state);
}
