import { lossByName } from "../../losses/index.ts";
import { type RunChoices, recipeConfig } from "../recipes.ts";
import type { RecipeName } from "../recipeTable.ts";
import type { RunConfig } from "../runConfig.ts";
import { chooseBatches } from "./batches.ts";
import type { DataSeen } from "./dataSeen.ts";
import { chooseEncoder, type Pace } from "./pace.ts";
import { type Reason, yours } from "./reason.ts";

/** The lesson's pictures: the greatest side in pixels, and how many there are at least, for its ten epochs to have enough steps. */
const lesson = { size: 32, pictures: 1000 };

/** Pictures for validation from which its MAP@R is worth stopping by, and from which an epoch more or less is no accident. */
const validationSizes = { least: 10, enough: 100 };

/** A training as it was chosen. */
export interface ChosenTraining {
  readonly recipe: RecipeName;
  /** What was given, and what was chosen beside it. */
  readonly choices: RunChoices;
  readonly reasons: readonly Reason[];
  /** Seconds that all epochs take, by the multiplications; null where the lesson or a recipe is taken as it is. */
  readonly seconds: number | null;
}

/**
 * Chooses the training that suits the pictures: what was given always holds, and the rest follows from what was seen.
 *
 * - Small grey pictures with labels that come as arrays (MNIST, Kaggle's CSV, IDX), 1,000 or more, are the lesson's: its
 *   recipe as it is.
 * - With labels of two classes or more, `fast` (SupCon); without, `simclr` (NT-Xent).
 * - The encoder, the batches, the epochs and when to stop: see {@link chooseEncoder} and {@link chooseBatches}.
 */
export function chooseTraining(seen: DataSeen, given: RunChoices): ChosenTraining {
  if (isLesson(seen, given)) {
    const why = "the lesson, as these are its pictures: small grey ones with labels";
    return {
      recipe: "lesson",
      choices: given,
      reasons: [{ what: "recipe", chosen: "lesson", why }],
      seconds: null,
    };
  }
  const recipe = recipeFor(seen, given);
  const usual = recipeConfig(recipe.name, given);
  const batches = chooseBatches(seen, given, usual);
  const encoder = chooseEncoder(seen, given, usual, batches);
  const patience = choosePatience(seen, given, encoder);
  const choices: RunChoices = {
    ...given,
    ...batches.choices,
    encoder: encoder.name,
    epochs: encoder.epochs,
    patience: patience.epochs,
  };
  const config = recipeConfig(recipe.name, choices);
  return {
    recipe: recipe.name,
    choices,
    reasons: [
      {
        what: "recipe",
        chosen: `${recipe.name} (${config.loss.name})`,
        why: given.loss ? yours("loss") : recipe.why,
      },
      encoder.reason,
      batches.reason,
      variations(config, given),
      encoder.epochsReason,
      patience.reason,
    ],
    seconds: encoder.seconds,
  };
}

function isLesson(seen: DataSeen, { trunk }: RunChoices): boolean {
  const { files, channels, size, training } = seen;
  const itsPictures = !files && channels === 1 && size <= lesson.size && training >= lesson.pictures;
  return itsPictures && trunk === undefined && labelsTellApart(seen);
}

function labelsTellApart({ labelled, classes }: DataSeen): boolean {
  const trained = classes.filter(({ training }) => training > 0);
  return labelled && trained.length > 1 && trained.some(({ training }) => training > 1);
}

function recipeFor({ labelled, classes }: DataSeen, given: RunChoices): { name: RecipeName; why: string } {
  if (given.loss !== undefined && lossByName(given.loss, {}).of === "pairs") return { name: "fast", why: "" };
  if (!labelled)
    return { name: "simclr", why: "there are no labels, so two variations of a picture are to be alike" };
  const trained = classes.filter(({ training }) => training > 0);
  if (trained.length < 2) {
    return {
      name: "simclr",
      why: "labels tell nothing apart, so two variations of a picture are to be alike",
    };
  }
  if (trained.every(({ training }) => training < 2)) {
    return {
      name: "simclr",
      why: "no two pictures have one label, so two variations of a picture are to be alike",
    };
  }
  return { name: "fast", why: `the labels of ${trained.length} classes tell what is alike` };
}

function variations({ augmentation, loss }: RunConfig, given: RunChoices): Reason {
  const option = (["augmentation", "elastic", "augment"] as const).find((name) => given[name] !== undefined);
  const what = "variations";
  const chosen = augmentation ? (augmentation.policy ?? "light") : "none";
  if (option)
    return { what, chosen, why: yours(option === "augment" && !given.augment ? "no-augment" : option) };
  if (!augmentation) {
    return {
      what,
      chosen,
      why: given.trunk
        ? "the trunk's features are made once"
        : `the loss ${loss.name} takes pictures as they are`,
    };
  }
  const views = lossByName(loss.name, {}).of === "views";
  return {
    what,
    chosen,
    why: views
      ? "what stays the same in them is what is learned"
      : "labels tell what is alike, so pictures stay much as they are",
  };
}

function choosePatience(
  { validation, labelled, classes }: DataSeen,
  { patience }: RunChoices,
  { epochs }: Pace,
): { epochs: number; reason: Reason } {
  const what = "stopping";
  if (patience !== undefined) {
    const chosen = patience === 0 ? "after the last epoch" : `after ${patience} epochs without a better one`;
    return { epochs: patience, reason: { what, chosen, why: yours("patience") } };
  }
  const none = (why: string) => ({ epochs: 0, reason: { what, chosen: "after the last epoch", why } });
  if (validation < validationSizes.least)
    return none("there are too few validation pictures to tell which is best");
  if (labelled && classes.length < 2) return none("of one class, every epoch ranks as well as any other");
  const measure = labelled ? "MAP@R" : "loss";
  const few = validation < validationSizes.enough;
  const most = Math.max(5, Math.ceil(epochs / (few ? 3 : 6)));
  if (most >= epochs) return none(`it is over before ${most} epochs could go by without a better one`);
  return {
    epochs: most,
    reason: {
      what,
      chosen: `after ${most} epochs without a better one, once the rate has come down`,
      why: few
        ? `the ${measure} of ${validation} validation pictures varies by accident; the best epoch is kept`
        : `by the ${measure} of the ${validation.toLocaleString("en")} validation pictures; the best epoch is kept`,
    },
  };
}
