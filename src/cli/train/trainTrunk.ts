import { InputError } from "../../base/index.ts";
import type { Preprocessing } from "../../modality/image/index.ts";
import type { ConfiguredData } from "../../platform/node/run/trainRun.ts";
import { type OpenedTrunk, openTrunk, requireTrunkSize } from "../../platform/node/trunk/trunk.ts";
import { listOutputs } from "../../platform/node/trunk/trunkOutput.ts";
import type { TrainingValues } from "../../runs/index.ts";
import { defined } from "../options.ts";
import { givenFor } from "./trainOptions.ts";

/** A trunk that was read and tried, and the options that it was opened by. */
export interface ChosenFile {
  readonly file: string;
  readonly opened: OpenedTrunk;
}

/**
 * The trunk that options name, read and tried; null where they name none.
 *
 * @param size of the pictures, where one is chosen
 * @throws InputError when one of its options is given without it, or as `openTrunk`.
 */
export async function chosenTrunk(
  options: Partial<TrainingValues>,
  size?: number,
): Promise<ChosenFile | null> {
  const { trunk: file, trunkOutput: output, pool, trunkMean: mean, trunkStd: std } = options;
  if (file === undefined) {
    const stray = givenFor("a trunk", options);
    if (!stray) return null;
    throw new InputError(
      `${stray.flag} ${stray.value} is for a trunk, expected --trunk beside it: leave it out`,
    );
  }
  const opened = await openTrunk(file, defined({ output, pool, mean, std, size }));
  return { file, opened };
}

/** How picture files are read for a trunk where nothing is chosen: at its size, and grey where it takes one channel. */
export function trunkPreprocessing(trunk: ChosenFile | null): Partial<Preprocessing> {
  if (!trunk) return {};
  const { size, channels } = trunk.opened;
  return { size, ...(channels === 1 ? { channels: 1 } : {}) };
}

/**
 * The trunk for the pictures that were read: as it is where these are of its size; tried anew where they are arrays, whose size
 * is their own, and the trunk takes any.
 *
 * @throws InputError when it does not take them.
 */
export async function trunkForPictures(
  trunk: ChosenFile | null,
  options: Partial<TrainingValues>,
  { training, report }: ConfiguredData,
): Promise<ChosenFile | null> {
  if (!trunk) return null;
  const { opened } = trunk;
  const other =
    !report && opened.anySize && training.height === training.width && training.height !== opened.size;
  const fitting = other ? (await chosenTrunk(options, training.height))! : trunk;
  requireTrunkSize(fitting.opened, fitting.file, training);
  return fitting;
}

/** What there is to say about a trunk and the pictures that it is given. */
export function trunkLines(
  { file, opened }: ChosenFile,
  { channels: given }: { readonly channels: number },
  sizeChosen: boolean,
): string[] {
  const { choice, channels, size, anySize, outputs } = opened;
  const free = anySize && !sizeChosen ? " (the file leaves the size open: --size tries another)" : "";
  const of = choice.pool === "vector" || choice.pool === "map" ? "" : `, the ${choice.pool} of its tokens`;
  const others = outputs.length > 1 ? `; --trunk-output chooses among ${listOutputs(outputs)}` : "";
  const lines = [
    `trunk: ${file} takes ${channels} x ${size} x ${size}${free} and gives ${choice.output}, ${choice.features} numbers${of}${others}`,
  ];
  if (given === 1 && channels > 1) {
    lines.push(`the pictures are grey and the trunk takes ${channels} channels: each gets the same`);
  } else if (channels === 1) {
    lines.push("the trunk takes one channel: coloured pictures are made grey");
  }
  return lines;
}
