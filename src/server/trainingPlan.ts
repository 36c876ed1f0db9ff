import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fingerprint, splitValidation } from "../data/index.ts";
import type { TrainRequest } from "../explorer/index.ts";
import { lossNames } from "../losses/index.ts";
import { readDataset } from "../platform/node/datasets.ts";
import { RunFolder } from "../platform/node/runFolder.ts";
import { type ConfiguredData, configuredData } from "../platform/node/trainRun.ts";
import { fittedToData, type RunConfig, recipeConfig } from "../train/index.ts";

/** As many as `kindred train` keeps for validation, where there are enough. */
const validationPictures = 1000;

/** What is to be trained. */
export interface TrainingPlan {
  readonly config: RunConfig;
  readonly data: ConfiguredData;
  readonly folder: RunFolder;
}

/**
 * Makes of a request what `kindred train` makes of its options; of fewer than 5,000 pictures a fifth is kept for
 * validation, of picture files what suits them.
 *
 * @param runs where the new run's folder is to be
 * @param open the run that is open, whose pictures are read again as it reads them; null for none
 * @throws AbortedError when stopped by the signal while the data is read.
 * @throws InputError when the choices do not go together, or the data cannot be read.
 */
export async function planTraining(
  request: TrainRequest,
  runs: string,
  open: RunConfig | null,
  signal: AbortSignal,
): Promise<TrainingPlan> {
  const { data: source, recipe, limit, epochs, seed } = request;
  const loss = lossNames.find((name) => name === request.loss);
  const again = open?.data.source === source ? open.data : null;
  const unlabelled = again?.unlabelled ?? false;
  const { dataset, validation: aside } = await readDataset(source, {
    seed,
    unlabelled,
    signal,
    ...(again ? { form: again.form } : {}),
    ...(again?.preprocessing ? { preprocessing: again.preprocessing } : {}),
    ...(limit === null ? {} : { limit }),
  });
  const pictures = { channels: dataset.channels, size: dataset.height };
  const choices = {
    ...{ source, limit, epochs, seed, loss, unlabelled, form: again?.form },
    ...{ init: null, record: true, ...pictures },
  };
  const validation = aside ?? Math.min(validationPictures, Math.floor(dataset.count / 5));
  const config = recipeConfig(recipe, { ...choices, validation });
  const data = { ...splitValidation(dataset, validation), fingerprint: fingerprint(dataset) };
  return { config: fittedToData(config, data), data, folder: new RunFolder(await newFolder(runs)) };
}

/** What a stopped run goes on with. */
export async function resumePlan(folder: RunFolder, signal: AbortSignal): Promise<TrainingPlan> {
  const config = await folder.readConfig();
  return { config, data: await configuredData(config, { signal }), folder };
}

/** `explorer-<n>`, with the number after the highest that there is. */
async function newFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const numbers = (await readdir(parent)).flatMap((name) => Number(/^explorer-(\d+)$/.exec(name)?.[1] ?? 0));
  return join(parent, `explorer-${Math.max(0, ...numbers) + 1}`);
}
