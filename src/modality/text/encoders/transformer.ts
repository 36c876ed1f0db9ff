import { InputError } from "../../../base/index.ts";
import { normal } from "../../../nn/initializers.ts";
import { layerNormLayer } from "../../../nn/layerNorm.ts";
import { dropoutLayer, linearLayer } from "../../../nn/layers.ts";
import type { Module } from "../../../nn/module.ts";
import { transformerBlock } from "../../../nn/transformerBlock.ts";
import { add, div, gather, maximum, mul, reduceSum, reshape, sub } from "../../../ops/index.ts";
import type { Tower } from "../../tower.ts";
import type { TextPreparation } from "../preparation.ts";

export interface TransformerEncoderOptions {
  /** Length of the embedding. Default 64, as that of the picture encoders. */
  readonly dim?: number;
  /** Values of a token. Default 128. */
  readonly width?: number;
  /** Blocks. Default 2. */
  readonly depth?: number;
  /** Heads of attention; they divide the width. Default 4, each of 32 values. */
  readonly heads?: number;
  /** Dropout probability. Default 0.1, as in the paper. */
  readonly dropout?: number;
  /** Most tokens in the tokenizer's vocabulary. Default 8192. */
  readonly vocabulary?: number;
  /** Most tokens of a text. Default: as many as the longest caption has, at most 77, which CLIP takes. */
  readonly length?: number;
}

export const transformerDefaults = {
  ...{ dim: 64, width: 128, depth: 2, heads: 4, dropout: 0.1, vocabulary: 8192 },
} as const;

/** Added to the score of a position that holds no token: its share is then exactly 0 in float32. */
const unseen = 1e9;

/**
 * A small transformer: vectors of tokens and learned ones of positions, `depth` pre-norm blocks in which no token sees the
 * padding, layer norm, the mean over the tokens, and a linear layer. `[n, length] -> [n, dim]`. GELU, and four times the width
 * in a block. Token and position vectors start at a deviation of 0.02, as in GPT-2.
 *
 * Its state is named as that of a PyTorch module with `token`, `position` (`Embedding`), `layers` (`TransformerEncoderLayer` with
 * `norm_first`), `norm` and `head`.
 *
 * @throws InputError when the preparation gives no tokens.
 * @see Vaswani et al., "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762
 */
export function transformerTower(options: TransformerEncoderOptions, preparation: TextPreparation): Tower {
  const { dim, width, depth, heads, dropout } = { ...transformerDefaults, ...options };
  const { description, ports } = preparation;
  if (description.kind !== "tokens")
    throw new InputError("a transformer was given n-grams: prepare texts by a description of tokens");
  const { vocabulary, length } = description;
  if (width % heads !== 0)
    throw new InputError(`${heads} heads do not divide a width of ${width}: choose a width that they divide`);
  const blocks = Array.from({ length: depth }, () => transformerBlock(width, heads, dropout));
  const [norm, head, drop] = [layerNormLayer(width), linearLayer(width, dim), dropoutLayer(dropout)];
  const named = (name: string, { state }: Pick<Module, "state">) =>
    state.map((spec) => ({ ...spec, name: `${name}.${spec.name}` }));
  return {
    ...{ name: "transformer", modality: "text", ports, dim },
    state: [
      normal("token.weight", [vocabulary, width], 0.02),
      normal("position.weight", [length, width], 0.02),
      ...blocks.flatMap((block, i) => named(`layers.${i}`, block)),
      ...named("norm", norm),
      ...named("head", head),
    ],
    embed: ({ ids, mask }, pass) => {
      const n = ids!.shape[0]!;
      const tokens = gather(pass.state("token.weight", [vocabulary, width]), ids!);
      const placed = add(tokens, pass.state("position.weight", [length, width]));
      const bias = reshape(mul(sub(mask!, 1), unseen), [n, 1, 1, length]);
      let x = drop.forward(reshape(placed, [n * length, width]), pass);
      for (const [i, block] of blocks.entries()) x = block.forward(x, bias, pass.within(`layers.${i}`));
      const last = reshape(norm.forward(x, pass.within("norm")), [n, length, width]);
      const sum = reduceSum(mul(last, reshape(mask!, [n, length, 1])), [1]);
      const count = maximum(reduceSum(mask!, [1], { keepdims: true }), 1);
      return head.forward(div(sum, count), pass.within("head"));
    },
  };
}
