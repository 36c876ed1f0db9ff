import type { Tensor } from "../graph/index.ts";
import { add, gelu } from "../ops/index.ts";
import { type Attention, attentionLayer } from "./attention.ts";
import { layerNormLayer } from "./layerNorm.ts";
import { dropoutLayer, linearLayer } from "./layers.ts";
import type { Module } from "./module.ts";

/**
 * A block of a transformer, normalised before each of its halves: `x + attention(norm1(x))`, then the same of linear, GELU,
 * linear with four times the width between. Named as PyTorch's `TransformerEncoderLayer` with `norm_first`; dropout where that
 * has it, but for the attention's weights.
 *
 * @see Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020), https://arxiv.org/abs/2002.04745
 */
export function transformerBlock(width: number, heads: number, dropout: number): Attention {
  const attention = attentionLayer(width, heads);
  const layers = {
    linear1: linearLayer(width, 4 * width),
    linear2: linearLayer(4 * width, width),
    norm1: layerNormLayer(width),
    norm2: layerNormLayer(width),
  } satisfies Record<string, Module>;
  const drop = dropoutLayer(dropout);
  const named = (name: string, { state }: Pick<Module, "state">) =>
    state.map((spec) => ({ ...spec, name: `${name}.${spec.name}` }));
  return {
    state: [
      ...named("self_attn", attention),
      ...Object.entries(layers).flatMap(([name, layer]) => named(name, layer)),
    ],
    forward: (x, bias, pass) => {
      const run = (name: keyof typeof layers, of: Tensor): Tensor =>
        layers[name].forward(of, pass.within(name));
      const seen = attention.forward(run("norm1", x), bias, pass.within("self_attn"));
      const attended = add(x, drop.forward(seen, pass));
      const hidden = drop.forward(gelu(run("linear1", run("norm2", attended))), pass);
      return add(attended, drop.forward(run("linear2", hidden), pass));
    },
  };
}
