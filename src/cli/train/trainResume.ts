import { InputError } from "../../base/index.ts";
import type { RunFolder } from "../../platform/node/run/runFolder.ts";
import { withTrunk } from "../../platform/node/trunk/trunk.ts";
import { autoRecipe, configuredParts, type RunConfig, trainingOptions } from "../../runs/index.ts";
import { flagOf, type Kind, textOf } from "../../runs/option.ts";
import { note } from "../console.ts";
import type { TrainOptions } from "./trainOptions.ts";

type Resumable = Exclude<keyof typeof trainingOptions, "epochs" | "patience" | "strict">;

/** What a run was begun with, by the option that a resumed one may repeat but not change; null for without. */
function begunWith(config: RunConfig): Readonly<Record<Resumable, unknown>> {
  const { data, encoder, loss, sampler, augmentation } = config;
  const { preprocessing } = data;
  const balanced = sampler.name === "classBalanced" ? sampler : null;
  const trunk = encoder.name === "head" ? encoder.trunk : null;
  return {
    ...data.form,
    data: data.source,
    limit: data.limit,
    validation: data.validation,
    size: preprocessing?.size ?? null,
    channels: preprocessing?.channels ?? null,
    fit: preprocessing?.fit ?? null,
    background: preprocessing ? (preprocessing.background ?? "#000000") : null,
    unlabelled: data.unlabelled,
    recipe: config.recipe,
    batchSize: config.batchSize,
    seed: config.seed,
    loss: loss.name,
    temperature: loss.temperature ?? null,
    margin: loss.margin ?? null,
    encoder: encoder.name,
    width: "width" in encoder ? encoder.width : null,
    depth: "depth" in encoder ? encoder.depth : null,
    dim: encoder.dim,
    sampler: sampler.name,
    classes: balanced?.classes ?? null,
    imagesPerClass: balanced?.images ?? null,
    lr: config.optimizer.learningRate,
    schedule: config.schedule.name,
    augment: augmentation !== null,
    augmentation: augmentation?.policy ?? null,
    elastic: augmentation?.elastic?.alpha ?? null,
    head: config.head !== null,
    trunk: config.trunk,
    trunkOutput: trunk?.output ?? null,
    hidden: encoder.name === "head" ? encoder.hidden : null,
    pool: trunk && ["mean", "cls"].includes(trunk.pool) ? trunk.pool : null,
    trunkMean: trunk?.mean ?? null,
    trunkStd: trunk?.std ?? null,
    init: config.init,
    record: config.record,
  };
}

/** A resumed run keeps its configuration; only the numbers of epochs and of patience may be others. */
export async function resumedConfig(
  folder: RunFolder,
  options: TrainOptions,
  given: ReadonlySet<string>,
): Promise<RunConfig> {
  const saved = await folder.readConfig();
  const begun = begunWith(saved);
  for (const name of Object.keys(begun) as Resumable[]) {
    if (!given.has(name) || (name === "recipe" && options.recipe === autoRecipe)) continue;
    // The file may lie elsewhere by now: what it holds is compared.
    if (name === "trunk" && saved.trunk !== null) continue;
    requireSame(name, begun[name], options[name], options.out);
  }
  const { epochs = saved.epochs, patience = saved.patience, trunk = saved.trunk } = options;
  if (trunk !== saved.trunk) await withTrunk(configuredParts(saved).encoder, { trunk });
  if (epochs === saved.epochs) return { ...saved, patience, trunk };
  if (saved.schedule.name === "oneCycle" || saved.schedule.name === "warmupCosine") {
    note(
      `the learning rate goes down over all epochs: a run of ${saved.epochs} that goes on to ${epochs} is not what ${epochs} at once would have been`,
    );
  }
  return { ...saved, epochs, patience, trunk };
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
  const [before, now] = [was, is].map((value) => (value === null ? null : textOf(kind, value)));
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
