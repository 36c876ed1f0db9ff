import { InputError } from "../../base/index.ts";
import type { RunFolder } from "../../platform/node/run/runFolder.ts";
import { withTrunk } from "../../platform/node/trunk/trunk.ts";
import { autoRecipe, configuredParts, type RunConfig, trainingOptions } from "../../runs/index.ts";
import { flagOf, type Kind, textOf } from "../../runs/option.ts";
import { note } from "../console.ts";
import type { TrainOptions } from "./trainOptions.ts";

type Resumable = Exclude<
  keyof typeof trainingOptions,
  "epochs" | "patience" | "strict" | "tower" | "heads" | "pairs" | "textEncoder" | "holdOut"
>;

/** What a run was begun with, by the option that a resumed one may repeat but not change; nothing for without. */
function begunWith(config: RunConfig): Readonly<Record<Resumable, unknown>> {
  const { data, towers, loss, sampler, augmentation } = config;
  const { source, limit, validation, unlabelled } = data;
  const { encoder, trunk: trunkFile, preprocessing: made } = towers.image;
  const balanced = sampler.name === "classBalanced" ? sampler : null;
  const head = encoder.name === "head" ? encoder : null;
  const trunk = head?.trunk;
  return {
    ...{ ...data.form, data: source, limit, validation, unlabelled },
    ...{ size: made?.size, channels: made?.channels, fit: made?.fit },
    background: made && (made.background ?? "#000000"),
    ...{ recipe: config.recipe, batchSize: config.batchSize, seed: config.seed },
    ...{ loss: loss.name, temperature: loss.temperature, margin: loss.margin },
    ...{ encoder: encoder.name, dim: encoder.dim },
    width: "width" in encoder ? encoder.width : null,
    depth: "depth" in encoder ? encoder.depth : null,
    ...{ sampler: sampler.name, classes: balanced?.classes, imagesPerClass: balanced?.images },
    ...{ lr: config.optimizer.learningRate, schedule: config.schedule.name },
    ...{ augment: augmentation !== null, augmentation: augmentation?.policy },
    ...{ elastic: augmentation?.elastic?.alpha, head: config.head !== null },
    ...{ trunk: trunkFile, trunkOutput: trunk?.output, hidden: head?.hidden },
    pool: trunk?.pool === "mean" || trunk?.pool === "cls" ? trunk.pool : null,
    ...{ trunkMean: trunk?.mean, trunkStd: trunk?.std, init: config.init, record: config.record },
  };
}

/** A resumed run keeps its configuration; only the numbers of epochs and of patience may be others. */
export async function resumedConfig(
  folder: RunFolder,
  options: TrainOptions,
  given: ReadonlySet<string>,
): Promise<RunConfig> {
  const saved = await folder.readConfig();
  const { image } = saved.towers;
  const begun = begunWith(saved);
  for (const name of Object.keys(begun) as Resumable[]) {
    if (!given.has(name) || (name === "recipe" && options.recipe === autoRecipe)) continue;
    // The file may lie elsewhere by now: what it holds is compared.
    if (name === "trunk" && image.trunk !== null) continue;
    requireSame(name, begun[name], options[name], options.out);
  }
  const { epochs = saved.epochs, patience = saved.patience, trunk = image.trunk } = options;
  if (trunk !== image.trunk) await withTrunk(configuredParts(saved).encoder, { trunk });
  const towers = { image: { ...image, trunk } };
  if (epochs === saved.epochs) return { ...saved, patience, towers };
  if (saved.schedule.name === "oneCycle" || saved.schedule.name === "warmupCosine") {
    note(
      `the learning rate goes down over all epochs: a run of ${saved.epochs} that goes on to ${epochs} is not what ${epochs} at once would have been`,
    );
  }
  return { ...saved, epochs, patience, towers };
}

/** What a run does and does not, by the option that says so. */
const manners: Readonly<Record<string, readonly [doing: string, not: string]>> = {
  record: ["records embeddings", "was begun without recording"],
  augment: ["varies its pictures", "leaves its pictures as they are"],
  head: ["trains through a projection head", "has no projection head"],
};

/** @throws InputError naming the option, where a value is not the one that the run was begun with. */
function requireSame(name: Resumable, was: unknown, is: unknown, run: string): void {
  const kind: Kind = trainingOptions[name].is;
  const [before, now] = [was ?? null, is].map((value) => (value === null ? null : textOf(kind, value)));
  if (before === now) return;
  if (kind.kind === "flag") {
    const [doing, not] = manners[name] ?? ["does", "does not"];
    throw new InputError(
      `--${is ? "" : "no-"}${flagOf(name)} is not what the run in ${run} does, which ${was ? doing : not}: leave it out to resume`,
    );
  }
  const begun =
    before === null
      ? `run in ${run}, which was begun without it`
      : `${before} that the run in ${run} was begun with`;
  throw new InputError(`--${flagOf(name)} ${now} differs from the ${begun}: leave it out to resume`);
}
