import { grad } from "../../src/autodiff/index.ts";
import { Rng, sizeOf, type TensorData, tensorData } from "../../src/base/index.ts";
import { buildGraph, type Graph, input } from "../../src/graph/index.ts";
import { cosinePairLoss } from "../../src/losses/index.ts";
import { lessonEncoder } from "../../src/modality/image/index.ts";
import { ForwardPass, initialState } from "../../src/nn/index.ts";
import { adam, optimizerUpdates, scalarName, slotName } from "../../src/optim/index.ts";
import type { Values } from "../../src/runtime/index.ts";
import { trainingGraph } from "../../src/train/graphs.ts";
import { pairTask } from "../../src/train/task.ts";
import { lessonWeights } from "./lessonInputs.ts";

const optimizer = adam();

/** One training step of the lesson's encoder as a graph, put together by hand. */
export function lessonStepGraph(batch: number, dropout: number): Graph {
  const encoder = lessonEncoder({ dropout });
  const pass = new ForwardPass({ training: true });
  const anchor = input("anchor.images", [batch, 1, 28, 28]);
  const contrastive = input("contrastive.images", [batch, 1, 28, 28]);
  const target = input("target", [batch]);
  const loss = cosinePairLoss(encoder.forward(anchor, pass), encoder.forward(contrastive, pass), target);
  const parameters = pass.tensorsOf(encoder.state.filter(({ trainable }) => trainable));
  const updates = optimizerUpdates(optimizer, parameters, grad(loss, parameters));
  return buildGraph({
    name: "lesson step",
    outputs: { loss },
    updates: new Map([...pass.updates, ...updates]),
  });
}

/** The training step of the lesson as the trainer has it, with anchors and contrastives in one batch. */
export function pairTaskStepGraph(batch: number, dropout: number): Graph {
  return trainingGraph(pairTask(lessonEncoder({ dropout }), cosinePairLoss), optimizer, batch);
}

/** The formula's weights, and Adam's slots at zero. */
export function lessonStart(weightStream = 3000): Map<string, TensorData> {
  const encoder = lessonEncoder({ dropout: 0 });
  const initial = initialState(encoder, (name) => Rng.of(0, name));
  const values = lessonWeights(encoder.state, initial, weightStream);
  for (const { name, shape, trainable } of encoder.state) {
    if (!trainable) continue;
    for (const slot of optimizer.slots) {
      const zeros = new Float32Array(sizeOf(shape));
      values.set(slotName(optimizer, slot, name), tensorData("float32", shape, zeros));
    }
  }
  return values;
}

/** The scalars that Adam takes at a step, counted from 1. */
export function lessonScalars(step: number, learningRate: number): Values {
  const scalars = Object.entries(optimizer.scalarsAt(step, learningRate));
  return Object.fromEntries(
    scalars.map(([name, value]) => [scalarName(optimizer, name), tensorData("float32", [], [value])]),
  );
}
