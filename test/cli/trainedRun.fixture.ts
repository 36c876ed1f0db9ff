import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { ImageDataset } from "../../src/modality/image/index.ts";
import { madeOnce } from "../madeOnce.fixture.ts";
import { cropped, mnist, split, writeCsv, writeIdxFolder } from "./dataFiles.fixture.ts";
import { kindredOk } from "./kindred.fixture.ts";

/** 120 digits of 12 x 12 as files. */
export interface DigitFiles {
  readonly pictures: ImageDataset;
  readonly csv: string;
  /** A folder of IDX files: the first 80 to train, the others to test. */
  readonly idx: string;
}

/** The digits of {@link copyTrainedRun}; not to be changed. */
export async function digitFiles(): Promise<DigitFiles> {
  const pictures = cropped(await mnist(120), 12);
  const folder = await madeOnce("digits", async (made) => {
    await writeCsv(join(made, "digits.csv"), pictures);
    await writeIdxFolder(join(made, "idx"), split(pictures, 80));
  });
  return { pictures, csv: join(folder, "digits.csv"), idx: join(folder, "idx") };
}

/** Puts a run at `to`: two epochs of the lesson on {@link digitFiles}, 20 of them for validation. */
export async function copyTrainedRun(to: string): Promise<void> {
  const { csv } = await digitFiles();
  const size = ["--validation", "20", "--epochs", "2", "--batch-size", "32"];
  const made = await madeOnce("trained", async (folder) => {
    await kindredOk(["train", "--data", csv, ...size, "--out", join(folder, "run")]);
  });
  await cp(join(made, "run"), to, { recursive: true });
}
