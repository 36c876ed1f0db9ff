import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pictureOriginals } from "../platform/node/pictures/cache/pictureOriginals.ts";
import { settled } from "../platform/node/pictures/surveyPictures.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { type ConfiguredData, configuredData } from "../platform/node/run/trainRun.ts";
import { configToRead, type Guidance, type PlanChoices, planRun, type RunConfig } from "../runs/index.ts";
import { requestedChoices, type TrainRequest } from "../workspace/index.ts";

/** What is to be trained. */
export interface TrainingPlan {
  readonly config: RunConfig;
  /** Why; null where a run goes on. */
  readonly guidance: Guidance | null;
  readonly data: ConfiguredData;
  readonly folder: RunFolder;
}

/**
 * Makes of a request what `kindred train` makes of its options.
 *
 * @param runs where the new run's folder is to be
 * @param open the run that is open, whose pictures are read again as it reads them; null for none
 * @param outside whether a table may name pictures out of its folder. Default false
 * @throws AbortedError when stopped by the signal while the data is read.
 * @throws InputError when the choices do not go together, or the data cannot be read.
 */
export async function planTraining(
  request: TrainRequest,
  runs: string,
  open: RunConfig | null,
  signal: AbortSignal,
  outside = false,
): Promise<TrainingPlan> {
  const { data: source, recipe } = request;
  const again = open?.data.source === source ? open : null;
  const seen = again?.towers.image.preprocessing;
  const choices: PlanChoices = {
    ...requestedChoices(request),
    ...{ form: again?.data.form, unlabelled: again?.data.unlabelled ?? false },
  };
  const data = await configuredData(configToRead(recipe, choices), {
    ...{ validation: "usual", signal, outside },
    ...(seen ? { preprocessing: settled(seen) } : {}),
  });
  const plan = await planRun(recipe, choices, data, { signal, originals: pictureOriginals(source, data) });
  return { ...plan, data, folder: new RunFolder(await newFolder(runs)) };
}

/** What a stopped run goes on with. */
export async function resumePlan(
  folder: RunFolder,
  signal: AbortSignal,
  outside: boolean,
): Promise<TrainingPlan> {
  const config = await folder.readConfig();
  return { config, guidance: null, data: await configuredData(config, { signal, outside }), folder };
}

/** `explorer-<n>`, with the number after the highest that there is. */
async function newFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const numbers = (await readdir(parent)).flatMap((name) => Number(/^explorer-(\d+)$/.exec(name)?.[1] ?? 0));
  return join(parent, `explorer-${Math.max(0, ...numbers) + 1}`);
}
