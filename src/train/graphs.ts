import { grad } from "../autodiff/index.ts";
import { buildGraph, type Graph } from "../graph/index.ts";
import { ForwardPass } from "../nn/index.ts";
import { type Optimizer, optimizerUpdates } from "../optim/index.ts";
import type { Task } from "./task.ts";

/** A whole training step as one graph: forward, gradients, running statistics and the optimizer's update. */
export function trainingGraph(task: Task, optimizer: Optimizer, batch: number): Graph {
  const pass = new ForwardPass({ training: true });
  const loss = task.loss(batch, pass);
  const parameters = pass.tensorsOf(task.state.filter(({ trainable }) => trainable));
  const updates = new Map([
    ...pass.updates,
    ...optimizerUpdates(optimizer, parameters, grad(loss, parameters)),
  ]);
  return buildGraph({ name: `${task.name} training step`, outputs: { loss }, updates });
}

/** The loss of a batch with running statistics and without dropout. */
export function validationGraph(task: Task, batch: number): Graph {
  const loss = task.loss(batch, new ForwardPass({ training: false }));
  return buildGraph({ name: `${task.name} validation`, outputs: { loss } });
}
