import { InputError } from "../base/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import { clipLoss, sigLipLoss } from "../losses/index.ts";
import { portInputs } from "../modality/tower.ts";
import type { ForwardPass, StateSpec } from "../nn/index.ts";
import { filled } from "../nn/initializers.ts";
import { add, exp, mul } from "../ops/index.ts";
import { type Task, type Tower, towerWithin } from "../train/index.ts";
import {
  type AlignmentSourceOptions,
  alignedFeed,
  alignmentSources,
  defaultPerItem,
  presenceFeed,
} from "./alignmentSources.ts";
import { type AlignedPair, groupsByLabel, pairName } from "./pairs.ts";
import { alignedRecall } from "./recall.ts";

/** `clip` compares each row with all others, `siglip` judges each pair of rows by itself. */
export type AlignmentLoss = "clip" | "siglip";

export interface AlignmentOptions extends AlignmentSourceOptions {
  /** One for each modality. A locked one has no state, see `lockedTower`. */
  readonly towers: readonly Tower[];
  readonly pairs: readonly AlignedPair[];
  /** Default `clip`. */
  readonly loss?: AlignmentLoss;
  /** Whether all towers may be locked, so that only the scale of the cosines is learned. Default false. */
  readonly scaleAlone?: boolean;
}

/** What the scale starts from: CLIP's 1 / 0.07 (section 2.5), and SigLIP's 10 (section 3). */
const startingScale = { clip: 1 / 0.07, siglip: 10 } as const;

/** SigLIP's bias at the start (section 3): as if nothing were alike, which nearly all pairs of a batch are not. */
const startingBias = -10;

/** CLIP's limit of the scale (section 2.5). */
const mostScale = 100;

const scaleName = "logit_scale";
const biasName = "logit_bias";

/** Names and bounds as in open_clip, which also leaves both out of weight decay. */
function learnedState(loss: AlignmentLoss): StateSpec[] {
  const scale = filled(scaleName, [], Math.log(startingScale[loss]), true);
  const bias = filled(biasName, [], startingBias, true);
  return [
    { ...scale, bounds: { min: 0, max: Math.log(mostScale) }, decayed: false },
    ...(loss === "siglip" ? [{ ...bias, decayed: false }] : []),
  ];
}

/**
 * Towers of several modalities learn one space: `loss = sum over pairs of weight * loss of the pair`, by `clipLoss` or `sigLipLoss`,
 * where rows of one group are positives of one another. Modalities that are no pair come together by way of a third.
 *
 * The scale of the cosines, the inverse of the temperature, is learned, from 1 up to 100, and is one for all pairs, as is SigLIP's
 * bias: the modalities share a space that is searched as a whole, in which a cosine is to mean the same whatever it compares.
 * (ImageBind has one for each pair, and ranks within one modality at a time.)
 *
 * State: each tower's behind the name of its modality, such as `text.embedding.weight` (see `stateWithin`), and `logit_scale`, the
 * scale's logarithm, and `logit_bias`.
 *
 * Feeds: each tower's ports, such as `image.images`; `image.present` and so on, `[batch]` of 1 and 0; and `groups` int32 `[batch]`.
 * Batches: {@link alignmentSources}. An epoch's metrics have the scale, the bias, and R@1 of the pairs, see {@link alignedRecall}.
 *
 * @throws InputError when a pair has no tower or comes twice, a tower no pair, towers do not fit together, or nothing is trained.
 * @see Girdhar et al., "ImageBind" (2023), https://arxiv.org/abs/2305.05665, for modalities that meet by way of a third; Zhai
 * et al., "LiT" (2022), https://arxiv.org/abs/2111.07991, for locked towers
 */
export function alignmentTask(options: AlignmentOptions): Task {
  const { pairs, loss = "clip", groups = groupsByLabel, perItem = defaultPerItem(pairs) } = options;
  requireFitting(options);
  const towers = new Map(options.towers.map((tower) => [tower.modality, towerWithin(tower, tower.modality)]));
  const learned = learnedState(loss);
  return {
    name: "alignment",
    towers,
    state: [...[...towers.values()].flatMap(({ state }) => state), ...learned],
    sources: alignmentSources([...towers.values()], pairs, options),
    loss: (batch, pass) => {
      const senses = new Map([...towers].map(([modality, tower]) => [modality, senseOf(tower, batch, pass)]));
      const ofGroups = input("groups", [batch], "int32");
      const [scale, bias] = pass.tensorsOf(learned) as [Tensor, Tensor?];
      const factor = exp(scale);
      const losses = pairs.map(({ between, weight = 1 }) => {
        const [a, b] = between.map((modality) => senses.get(modality)!) as [Sense, Sense];
        const rows = { groups: ofGroups, present: [a.present, b.present] } as const;
        const value = bias
          ? sigLipLoss(a.embeddings, b.embeddings, rows, factor, bias)
          : clipLoss(a.embeddings, b.embeddings, rows, factor);
        return weight === 1 ? value : mul(value, weight);
      });
      return losses.reduce((sum, value) => add(sum, value));
    },
    measure: async (trained) => {
      const values = await trained.read(learned.map(({ name }) => name));
      const valueIn = (name: string): number => Number(values.get(name)!.data[0]);
      return {
        scale: Math.exp(valueIn(scaleName)),
        ...(loss === "siglip" ? { bias: valueIn(biasName) } : {}),
        recallAt1: await alignedRecall(trained, pairs, { groups, perItem }),
      };
    },
  };
}

/** One modality in the graph of a batch. */
interface Sense {
  readonly embeddings: Tensor;
  readonly present: Tensor;
}

function senseOf(tower: Tower, batch: number, pass: ForwardPass): Sense {
  const { modality, ports } = tower;
  const inputs = portInputs(ports, batch, (port) => alignedFeed(modality, port));
  return { embeddings: tower.embed(inputs, pass), present: input(presenceFeed(modality), [batch]) };
}

function requireFitting({ towers, pairs, scaleAlone = false }: AlignmentOptions): void {
  const known = new Map<string, Tower>();
  for (const tower of towers) {
    if (known.has(tower.modality)) {
      throw new InputError(`two towers embed ${tower.modality}, expected one for each modality`);
    }
    known.set(tower.modality, tower);
  }
  const names = [...known.keys()].join(", ") || "none";
  const seen = new Set<string>();
  for (const pair of pairs) {
    const missing = pair.between.find((modality) => !known.has(modality));
    if (missing !== undefined) {
      throw new InputError(
        `the pair ${pairName(pair)} has no tower for ${missing} (found ${names}): give one, or leave the pair out`,
      );
    }
    const key = pair.between.toSorted().join();
    if (seen.has(key)) throw new InputError(`the pair ${pairName(pair)} is there twice, expected it once`);
    seen.add(key);
    const { weight = 1 } = pair;
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new InputError(
        `the pair ${pairName(pair)} has a weight of ${weight}, expected a number above 0: leave the pair out where it is not to count`,
      );
    }
  }
  const alone = towers.find(({ modality }) => !pairs.some(({ between }) => between.includes(modality)));
  if (alone || pairs.length === 0) {
    const what = alone ? `the tower of ${alone.modality} is in no pair` : "there are no pairs";
    throw new InputError(`${what}, and an alignment learns from pairs: give one, such as image and text`);
  }
  const other = towers.find(({ dim }) => dim !== towers[0]!.dim);
  if (other) {
    throw new InputError(
      `the tower of ${other.modality} embeds in ${other.dim} dimensions and that of ${towers[0]!.modality} in ${towers[0]!.dim}, expected equally many: choose one dim, or put a head onto one of them`,
    );
  }
  if (!scaleAlone && !towers.some(({ state }) => state.some(({ trainable }) => trainable))) {
    throw new InputError(`all towers (${names}) are locked, so nothing would be trained: give a head to one`);
  }
}
