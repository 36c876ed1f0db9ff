import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import type { ChosenPreprocessing } from "../pictures/surveyPictures.ts";
import { settled } from "../pictures/surveyPictures.ts";
import { RunFolder } from "../run/runFolder.ts";

/** The picture tower of a run that is to be locked. */
export interface LockedFrom {
  readonly from: string;
  readonly fingerprint: string;
  readonly dim: number;
  /** How picture files are read for it. */
  readonly preprocessing: ChosenPreprocessing;
}

/** @throws InputError when the folder holds no run of pictures that has finished an epoch. */
export async function lockedFrom(from: string): Promise<LockedFrom> {
  const folder = new RunFolder(from);
  const { towers } = await folder.readConfig();
  const model = await folder.readImageModel(await folder.chosenEpoch(await folder.checkpointEpochs()));
  if (!model) {
    throw new InputError(
      `${join(from, "model")} holds no picture tower to lock: finish an epoch with kindred train --resume --out ${shellWord(from)}`,
    );
  }
  const { fingerprint, dim } = model.description;
  const { preprocessing, encoder } = towers.image;
  const { size, channels } = encoder;
  // Of a run on arrays, what its tower takes is all that is known.
  const known = ([1, 3] as const).find((count) => count === channels);
  const taken = { size, ...(known ? { channels: known } : {}) };
  return { from, fingerprint, dim, preprocessing: preprocessing ? settled(preprocessing) : taken };
}
