import { InputError, shellWord } from "../../base/index.ts";
import { counted } from "../../base/listed.ts";
import {
  type ItemModality,
  itemModalities,
  itemNoteLines,
  NothingJoinedError,
  surveyLines,
} from "../../data/index.ts";
import { towerSource } from "../../platform/node/alignment/frozenTower.ts";
import {
  decodePictures,
  type FoundItems,
  findItems,
  repeatedTextsWarning,
} from "../../platform/node/alignment/itemSenses.ts";
import { type LockedFrom, lockedFrom } from "../../platform/node/alignment/lockedFrom.ts";
import { openAlignment, sensesSource } from "../../platform/node/alignment/openAlignment.ts";
import { trainAlignment } from "../../platform/node/alignment/trainAlignment.ts";
import { nodeRuntime } from "../../platform/node/ort/devices.ts";
import { RunFolder } from "../../platform/node/run/runFolder.ts";
import {
  type AlignmentConfig,
  type AlignmentDraft,
  type AlignmentRecipe,
  type AlignmentSeen,
  alignmentConfigSchema,
  planAlignment,
} from "../../runs/index.ts";
import { flagOf } from "../../runs/option.ts";
import type { EpochMetrics, StepReport } from "../../train/index.ts";
import { duration, interrupted, note, ProgressLine, result } from "../console.ts";
import { stopOnInterrupt } from "../interrupt.ts";
import { defined } from "../options.ts";
import { requireSense, requireTaken } from "./alignmentOptions.ts";
import type { ParsedOptions } from "./trainOptions.ts";

/**
 * Items with several modalities, where the data that is named has such: an alignment is what suits them.
 *
 * @returns null for pictures alone, arrays and other data, which are read in another way
 */
export async function itemsToAlign(options: ParsedOptions): Promise<FoundItems | null> {
  const { data, recipe } = options;
  if (recipe === "senses" || /^mnist(-60k)?$/.test(data)) return null;
  if (recipe !== "auto" && recipe !== "align") return null;
  const asked = {
    ...{ limit: options.limit ?? null, validation: options.validation ?? null, seed: options.seed },
    ...{ label: options.labelColumn ?? null, unlabelled: options.unlabelled ?? false },
  };
  try {
    const found = await findItems(data, { ...asked, strict: false });
    return options.strict ? await findItems(data, { ...asked, strict: true }) : found;
  } catch (error) {
    // What is no table of items, or of pictures alone, is for the reader of pictures, which says what is wrong with it.
    if (recipe === "auto" && error instanceof InputError && !(error instanceof NothingJoinedError))
      return null;
    throw error;
  }
}

/** Begins a new run of several modalities. */
export async function beginAlignment(
  options: ParsedOptions,
  recipe: AlignmentRecipe,
  found: FoundItems | null,
  given: ReadonlySet<string>,
): Promise<void> {
  requireTaken(given);
  if (options.holdOut && recipe !== "senses") {
    throw new InputError(
      "--hold-out names speakers of --recipe senses: leave it out, or give a part test in the data",
    );
  }
  if (recipe === "senses" && given.has("data")) {
    throw new InputError(
      `--recipe senses brings its own data, received --data ${options.data}: leave it out`,
    );
  }
  const out = options.out ?? (found ? `runs/${nameOf(options.data)}` : "runs/senses");
  await new RunFolder(out).requireFree(options);
  if (found) {
    for (const text of [...itemNoteLines(found.table), ...surveyLines(found.survey)]) note(text);
  }
  const locked = await lockedTowers(options, recipe);
  requireSense(given, found, locked);
  const seen = found ? await seenItems(options, found, locked) : digitsSeen(locked);
  const { tower: _, holdOut, ...chosen } = options;
  const draft = planAlignment(
    recipe,
    {
      ...chosen,
      source: found ? options.data : sensesSource,
      limit: options.limit ?? null,
      validation: options.validation ?? null,
      heldOut: holdOut,
    },
    seen,
  );
  const repeated = found && draft.towers.text ? repeatedTextsWarning(found, draft.batchSize) : null;
  if (repeated !== null) note(repeated);
  await train({ ...options, out }, draft, found, options.force ? "replace" : "new");
}

/** Goes on with a run of several modalities. */
export async function resumeAlignment(
  options: ParsedOptions & { readonly out: string },
  config: AlignmentConfig,
  given: ReadonlySet<string>,
): Promise<void> {
  const kept = [...given].find(
    (name) => !["epochs", "patience", "out", "resume", "device", "json", "strict"].includes(name),
  );
  if (kept !== undefined) {
    throw new InputError(
      `--${flagOf(kept)} was given to resume the run in ${options.out}, which keeps what it was begun with: leave it out`,
    );
  }
  const { epochs = config.epochs, patience = config.patience } = options;
  await train(options, { ...config, epochs, patience }, null, "resume");
}

type Locked = { readonly [Modality in ItemModality]?: LockedFrom };
type Mode = "new" | "replace" | "resume";

async function train(
  options: ParsedOptions & { readonly out: string },
  draft: AlignmentDraft | AlignmentConfig,
  found: FoundItems | null,
  mode: Mode,
): Promise<void> {
  const folder = new RunFolder(options.out);
  const runtime = await nodeRuntime({ device: options.device });
  const stop = stopOnInterrupt("stopping after this step; once more to stop at once");
  const line = new ProgressLine("training");
  const reading = new ProgressLine("reading");
  const begin = performance.now();
  try {
    const opened = await openAlignment(
      { ...draft, data: { fingerprint: "", classes: null, ...draft.data } },
      {
        ...{ runtime, signal: stop.signal, strict: options.strict ?? false },
        ...(found ? { found } : {}),
        onFiles: (what, done, total) => reading.update(done, total, what),
        onSpoken: (done, total) => reading.update(done, total, `${done} of ${total} spoken words`),
      },
    );
    reading.end();
    // Those of the table itself were told before its files were decoded.
    const known = new Set(found?.table.problems);
    const problems = opened.problems.filter((problem) => !known.has(problem));
    for (const text of itemNoteLines({ notes: [], problems })) note(text);
    const cut = counted(opened.cut, "text is longer", "texts are longer");
    if (opened.cut > 0) note(`${cut} than the text tower takes: of each, it reads the beginning`);
    const config = settledConfig(draft, opened, mode);
    const ended = await trainAlignment({
      ...{ config, folder, runtime, mode },
      ...{ data: opened.data, towers: opened.towers, signal: stop.signal },
      onLocked: (modality, done, total) =>
        reading.update(done, total, `embeddings of the locked ${modality} tower`),
      onBegin: () => {
        reading.end();
        note(`device: ${runtime.device.description}`);
        note(describeAlignment(config));
        if (Object.values(config.towers).every((tower) => "locked" in tower && !tower.locked.head)) {
          note(
            "all towers stay as they are, so that nothing is trained but the temperature: train heads behind them with --heads",
          );
        }
        const { training, validation } = opened.data;
        note(
          `data: ${config.data.source}, ${training.count} training and ${validation.count} validation items`,
        );
      },
      onStep: (report) =>
        line.update(stepsDone(report), report.batches * config.epochs, describeStep(report, config)),
      onEpoch: (metrics) => {
        line.end();
        note(describeEpoch(metrics, config.epochs));
      },
    });
    line.end();
    const out = shellWord(options.out);
    if (!ended.complete) {
      interrupted(options, `stopped and saved: go on with kindred train --resume --out ${out}`, {
        run: options.out,
      });
      return;
    }
    const seconds = (performance.now() - begin) / 1000;
    const last = ended.history.at(-1)!;
    result(
      options,
      {
        ...{ run: options.out, epochs: last.epoch, trainLoss: last.trainLoss, valLoss: last.valLoss },
        ...{ recallAt1: last.recallAt1 ?? null, scale: last.scale, best: last.best, seconds },
        ...{ earlyStop: ended.earlyStop, leftOut: opened.problems },
      },
      ended.steps === 0
        ? `nothing was left to train after ${last.epoch} epochs: ask for more with --epochs`
        : `trained ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"} in ${duration(seconds)}: ${options.out} holds checkpoints, metrics and the model of ${Object.keys(config.towers).join(", ")}`,
      `next: kindred eval --run ${out}`,
    );
  } finally {
    line.end();
    reading.end();
    stop.dispose();
    await runtime.dispose();
  }
}

/** The configuration once its data was read. */
function settledConfig(
  draft: AlignmentDraft | AlignmentConfig,
  { data, preparation }: Awaited<ReturnType<typeof openAlignment>>,
  mode: Mode,
): AlignmentConfig {
  if (mode === "resume") return draft as AlignmentConfig;
  const { text } = draft.towers;
  const { classes } = data.training;
  // As it is read again, so that a run that goes on has the same file.
  return alignmentConfigSchema.parse({
    ...draft,
    data: { ...draft.data, fingerprint: data.fingerprint, classes: classes ? [...classes] : null },
    towers: {
      ...draft.towers,
      ...(text && "encoder" in text && preparation
        ? { text: { ...text, preparation: preparation.description } }
        : {}),
    },
  });
}

/** The towers that are to stay as they are. */
async function lockedTowers({ tower = [] }: ParsedOptions, recipe: AlignmentRecipe): Promise<Locked> {
  const locked: { [Modality in ItemModality]?: LockedFrom } = {};
  for (const { modality: named, from } of tower) {
    const modality = itemModalities.find((name) => name === named);
    if (!modality || locked[modality]) {
      throw new InputError(
        `--tower ${named}=${from} ${modality ? `is a second tower of ${named}` : "names no modality"}, expected one of each of ${itemModalities.join(", ")}`,
      );
    }
    if (recipe === "senses" && (modality !== "image" || (await towerSource(from)) !== "pictures")) {
      throw new InputError(
        `--tower ${modality}=${from}: --recipe senses locks the tower of a run of pictures alone, as image=runs/fast: leave it out, or train on other --data`,
      );
    }
    locked[modality] = await lockedFrom(from, modality);
  }
  return locked;
}

const digitsSeen = (locked: Locked): AlignmentSeen => ({
  modalities: ["image", "text", "audio"],
  pictures: { channels: 1, size: 28, preprocessing: null },
  ...{ severalPictures: false, rows: 42_000, locked },
});

/** What of items follows from their pictures, which are decoded once, into the cache. */
async function seenItems(options: ParsedOptions, found: FoundItems, locked: Locked): Promise<AlignmentSeen> {
  const { size, channels, fit, background } = options;
  const { table, split, survey, modalities } = found;
  const line = new ProgressLine("reading");
  try {
    const chosen = defined({ size, channels, fit, background });
    const pictures = modalities.includes("image")
      ? (
          await decodePictures(found, locked.image?.preprocessing ?? chosen, {
            strict: options.strict ?? false,
            onFiles: (what, done, total) => line.update(done, total, what),
          })
        ).column.images
      : null;
    const withPictures = new Set<number>();
    const several = split.training.some((row) => {
      if (table.items[row]!.image === null) return false;
      const group = table.groups[row]!;
      if (withPictures.has(group)) return true;
      withPictures.add(group);
      return false;
    });
    return {
      modalities,
      pictures: pictures && {
        ...{ channels: pictures.channels, size: pictures.height },
        preprocessing: pictures.preprocessing ?? null,
      },
      severalPictures: several && survey.groups.count > 1,
      ...{ rows: split.training.length, locked },
    };
  } finally {
    line.end();
  }
}

function nameOf(source: string): string {
  return (
    source
      .split(/[\\/]/)
      .filter(Boolean)
      .at(-1)
      ?.replace(/\.\w+$/, "") || "items"
  );
}

function stepsDone({ epoch, batch, batches }: StepReport): number {
  return (epoch - 1) * batches + batch;
}

function describeStep(
  { epoch, loss, perSecond, unit, secondsLeft }: StepReport,
  { epochs }: AlignmentConfig,
): string {
  return `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${perSecond.toFixed(0)} ${unit}/s  ${duration(secondsLeft)} left`;
}

function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, trainLoss, valLoss, recallAt1, scale, lr, seconds, perSecond, unit } = metrics;
  const validation = valLoss === null ? "" : `  validation loss ${valLoss.toFixed(4)}`;
  const found = recallAt1 == null ? "" : `  R@1 ${recallAt1.toFixed(4)}`;
  const warmth = scale === undefined ? "" : `  temperature ${(1 / scale).toFixed(4)}`;
  return `epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(4)}${validation}${found}${warmth}  lr ${Number(lr.toPrecision(3))}  ${duration(seconds)}  ${perSecond.toFixed(0)} ${unit}/s`;
}

/** A configuration in one line, for people. */
function describeAlignment({
  recipe,
  dim,
  towers,
  loss,
  perItem,
  batchSize,
  optimizer,
  augmentation,
}: AlignmentConfig): string {
  const named = Object.entries(towers).map(([modality, tower]) =>
    "locked" in tower
      ? `${modality}: ${tower.locked.head ? "a linear head on the frozen tower" : "locked,"} of ${tower.locked.from}`
      : `${modality}: ${"name" in tower.encoder ? tower.encoder.name : "log-mel and convolutions"}`,
  );
  const pairs = loss.pairs.map(
    ({ between, weight }) => `${between.join("–")}${weight === 1 ? "" : ` (weight ${weight})`}`,
  );
  const several = perItem > 1 ? `, ${perItem} rows of a group` : "";
  const varied = augmentation ? `, pictures varied as ${augmentation.policy}` : "";
  return `recipe: ${recipe}: towers to ${dim} numbers (${named.join("; ")}), loss ${loss.name} between ${pairs.join(", ")}, batches of ${batchSize} items${several}${varied}, ${optimizer.name} at ${optimizer.learningRate}`;
}
