import { InputError } from "../base/index.ts";
import { type LossName, lossByName } from "../losses/index.ts";
import { textOf } from "./option.ts";
import { trainingOptions } from "./trainingOptions.ts";

/** The parts of a configuration that must go together. */
export interface SuitedParts {
  readonly loss: { readonly name: LossName; readonly temperature?: number; readonly margin?: number };
  readonly sampler:
    | { readonly name: "pairs" | "shuffled" }
    | { readonly name: "classBalanced"; readonly classes: number; readonly images: number };
  readonly augmentation: object | null;
  readonly head?: object | null;
  readonly batchSize: number;
  readonly towers?: { readonly image: { readonly encoder: { readonly name: string } } };
}

/**
 * That the parts of a configuration go together.
 *
 * @throws InputError naming the two that do not, and what to choose instead.
 */
export function requireSuitable(parts: SuitedParts): void {
  const { loss, sampler, augmentation, head = null, batchSize, towers } = parts;
  const { name, ...options } = loss;
  const kind = lossByName(name, options).of;
  if (towers?.image.encoder.name === "head" && (kind === "views" || augmentation !== null)) {
    throw new InputError(
      kind === "views"
        ? `loss ${name} compares two variations of each picture, but a trunk's features are made once, of the pictures as they are: choose a loss that goes by labels, such as supcon`
        : "pictures were to be varied, but a trunk's features are made once, of the pictures as they are: leave --augment out",
    );
  }
  if ((kind === "pairs") !== (sampler.name === "pairs")) {
    throw new InputError(
      kind === "pairs"
        ? `loss ${name} compares pairs, received the sampler ${textOf(trainingOptions.sampler.is, sampler.name)}: choose the sampler pairs, or another loss`
        : `loss ${name} compares all pictures of a batch, received the sampler pairs: choose the sampler shuffled${kind === "labels" ? " or class-balanced" : ""}, or the loss cosine-pair`,
    );
  }
  if (kind === "views" && sampler.name === "classBalanced") {
    throw new InputError(
      `loss ${name} learns without labels, received the sampler class-balanced, which goes by them: choose the sampler shuffled`,
    );
  }
  if (kind === "views" && augmentation === null) {
    throw new InputError(
      `loss ${name} compares two variations of each picture, so pictures must be varied: leave augmentation on, or choose another loss`,
    );
  }
  if (kind !== "views" && head !== null) {
    throw new InputError(
      `loss ${name} compares the embeddings themselves, received a projection head, which is for nt-xent, infonce and vicreg: leave it out, or choose one of these`,
    );
  }
  if (kind === "pairs" && augmentation !== null) {
    throw new InputError(
      `loss ${name} compares pairs of pictures as they are, received an augmentation: leave it out, or choose another loss`,
    );
  }
  if (sampler.name === "classBalanced" && batchSize !== sampler.classes * sampler.images) {
    throw new InputError(
      `batch size ${batchSize} is not that of ${sampler.classes} classes with ${sampler.images} images each, expected ${sampler.classes * sampler.images}: leave it out`,
    );
  }
}
