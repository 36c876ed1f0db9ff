import { grad } from "../autodiff/index.ts";
import { buildGraph, type Graph } from "../graph/index.ts";
import { ForwardPass } from "../nn/index.ts";
import { clip } from "../ops/index.ts";
import { type Optimizer, optimizerUpdates } from "../optim/index.ts";
import type { Task } from "./task.ts";

/** A whole training step as one graph: forward, gradients, running statistics and the optimizer's update. */
export function trainingGraph(task: Task, optimizer: Optimizer, batch: number): Graph {
  const pass = new ForwardPass({ training: true });
  const loss = task.loss(batch, pass);
  const trained = task.state.filter(({ trainable }) => trainable);
  const parameters = pass.tensorsOf(trained);
  const undecayed = new Set(parameters.filter((_, index) => trained[index]!.decayed === false));
  const updates = new Map([
    ...pass.updates,
    ...optimizerUpdates(optimizer, parameters, grad(loss, parameters), undecayed),
  ]);
  for (const [index, { bounds }] of trained.entries()) {
    const parameter = parameters[index]!;
    if (bounds) updates.set(parameter, clip(updates.get(parameter)!, bounds));
  }
  return buildGraph({ name: `${task.name} training step`, outputs: { loss }, updates });
}

/** The loss of a batch with running statistics and without dropout. */
export function validationGraph(task: Task, batch: number): Graph {
  const loss = task.loss(batch, new ForwardPass({ training: false }));
  return buildGraph({ name: `${task.name} validation`, outputs: { loss } });
}
