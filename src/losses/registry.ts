import { InputError } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import { allPairsCosineLoss } from "./allPairsCosine.ts";
import { cosinePairLoss } from "./cosinePair.ts";
import { infoNceLoss } from "./infoNce.ts";
import { marginContrastiveLoss } from "./marginContrastive.ts";
import { ntXentLoss } from "./ntXent.ts";
import { supConLoss } from "./supCon.ts";
import { batchHardTripletLoss, semiHardTripletLoss } from "./triplet.ts";
import { vicRegLoss } from "./vicReg.ts";

/** What a loss can be told by name; each takes some of these only. */
export interface LossOptions {
  readonly temperature?: number;
  readonly margin?: number;
}

/**
 * A loss and what it is computed from:
 * - `pairs`: two `[batch, dim]` and whether each pair is alike, `[batch]` of 1 and 0;
 * - `labels`: `[batch, dim]` and the label of each row, `[batch]`;
 * - `views`: two `[batch, dim]`, row `i` of both being the same thing seen twice.
 */
export type Loss =
  | { readonly of: "pairs"; readonly loss: (anchor: Tensor, contrastive: Tensor, target: Tensor) => Tensor }
  | { readonly of: "labels"; readonly loss: (embeddings: Tensor, labels: Tensor) => Tensor }
  | { readonly of: "views"; readonly loss: (a: Tensor, b: Tensor) => Tensor };

interface LossEntry {
  readonly options: readonly (keyof LossOptions)[];
  make(options: LossOptions): Loss;
}

function labelLoss(
  loss: (embeddings: Tensor, labels: Tensor, options: LossOptions) => Tensor,
  ...options: readonly (keyof LossOptions)[]
): LossEntry {
  return { options, make: (given) => ({ of: "labels", loss: (x, labels) => loss(x, labels, given) }) };
}

function viewLoss(loss: (a: Tensor, b: Tensor, options: LossOptions) => Tensor): LossEntry {
  return {
    options: ["temperature"],
    make: (given) => ({ of: "views", loss: (a, b) => loss(a, b, given) }),
  };
}

const entries = {
  "cosine-pair": { options: [], make: () => ({ of: "pairs", loss: cosinePairLoss }) },
  "all-pairs-cosine": labelLoss(allPairsCosineLoss),
  supcon: labelLoss(supConLoss, "temperature"),
  "nt-xent": viewLoss(ntXentLoss),
  infonce: viewLoss(infoNceLoss),
  vicreg: { options: [], make: () => ({ of: "views", loss: (a, b) => vicRegLoss(a, b) }) },
  "triplet-hard": labelLoss(batchHardTripletLoss, "margin"),
  "triplet-semihard": labelLoss(semiHardTripletLoss, "margin"),
  margin: labelLoss(marginContrastiveLoss, "margin"),
} as const satisfies Readonly<Record<string, LossEntry>>;

export type LossName = keyof typeof entries;

/** Names that {@link lossByName} knows. */
export const lossNames = Object.keys(entries) as readonly LossName[];

/**
 * The loss of a name, with its defaults where an option is not given.
 *
 * @throws InputError for an unknown name, or an option that the loss does not take.
 */
export function lossByName(name: string, options: LossOptions = {}): Loss {
  const entry = Object.entries<LossEntry>(entries).find(([known]) => known === name)?.[1];
  if (!entry) {
    throw new InputError(`there is no loss "${name}", expected one of ${lossNames.join(", ")}`);
  }
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!entry.options.some((known) => known === option)) {
      const takes = entry.options.length === 0 ? "no options" : entry.options.join(" and ");
      throw new InputError(
        `loss ${name} was given a ${option} of ${value}, but takes ${takes}: leave it out`,
      );
    }
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new InputError(
        `loss ${name} was given a ${option} of ${value}, expected a number above 0: choose another`,
      );
    }
  }
  return entry.make(options);
}
