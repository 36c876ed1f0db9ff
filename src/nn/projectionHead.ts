import { reshape } from "../ops/index.ts";
import { batchNorm2dLayer } from "./batchNorm2d.ts";
import { linearLayer, reluLayer } from "./layers.ts";
import type { Module } from "./module.ts";
import { sequential } from "./sequential.ts";

export interface ProjectionHeadOptions {
  /** Units of the hidden layer. Default: as many as an embedding has values. */
  readonly hidden?: number;
  /** Length of a projection. Default: as many as an embedding has values. */
  readonly dim?: number;
}

/**
 * A small network between an encoder and its loss, for training only: linear, batch norm, ReLU, linear, `[n, embedding]
 * -> [n, dim]`. What the loss has no use for (how a picture was turned) is lost behind it and may stay in the embedding
 * before it, which is therefore the better representation.
 *
 * @param embedding length of an embedding
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), section 4.2, https://arxiv.org/abs/2002.05709
 */
export function projectionHead(embedding: number, options: ProjectionHeadOptions = {}): Module {
  const { hidden = embedding, dim = embedding } = options;
  const norm = batchNorm2dLayer(hidden);
  return sequential({
    linear1: linearLayer(embedding, hidden),
    norm: {
      state: norm.state,
      // As a map of one pixel, in the order that several applications in one batch need.
      forward: (x, pass) => reshape(norm.forward(reshape(x, [x.shape[0]!, hidden, 1, 1]), pass), x.shape),
    },
    relu: reluLayer(),
    linear2: linearLayer(hidden, dim),
  });
}
