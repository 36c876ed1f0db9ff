import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import type { ItemModality } from "../../../data/index.ts";
import type { LockedTower } from "../../../runs/index.ts";
import type { ChosenPreprocessing } from "../pictures/surveyPictures.ts";
import { settled } from "../pictures/surveyPictures.ts";
import { RunFolder } from "../run/runFolder.ts";
import { frozenTower, towerSource } from "./frozenTower.ts";

/** A tower that is to stay as it is. */
export interface LockedFrom extends LockedTower {
  /** How picture files are read for it; nothing of a tower that reads them itself. */
  readonly preprocessing: ChosenPreprocessing;
}

/**
 * What there is to know of a tower before it is used.
 *
 * @throws InputError when the folder has no such tower, lacks a file (which, and where it was looked for), or holds a run that has not
 * finished an epoch.
 */
export async function lockedFrom(from: string, modality: ItemModality): Promise<LockedFrom> {
  const source = await towerSource(from);
  if (source === "pictures") {
    if (modality === "image") return ofPictures(from);
    throw new InputError(`${from} holds a run of pictures alone, which embeds image, not ${modality}`);
  }
  const tower = await frozenTower(from, modality);
  try {
    const { fingerprint, dim } = tower;
    return { from, fingerprint, dim, pretrained: source === "pretrained", preprocessing: {} };
  } finally {
    await tower.dispose();
  }
}

async function ofPictures(from: string): Promise<LockedFrom> {
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
  return {
    from,
    fingerprint,
    ...{ dim, pretrained: false },
    preprocessing: preprocessing ? settled(preprocessing) : taken,
  };
}
