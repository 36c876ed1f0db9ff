import { existsSync } from "node:fs";
import { RunFolder } from "./runFolder.ts";
import { RunLock } from "./runLock.ts";

/** How far a training has come in its folder. */
export interface RunProgress {
  /** Whether a new run's folder was made. */
  begun: boolean;
  steps: number;
}

/**
 * Trains in a run's folder under its lock, which a run that is there takes before its state is read, and a new one once all
 * input is checked. What a training left that failed before its first step is removed.
 *
 * @param train is given the folder, which writes only while the lock is held
 */
export async function inRunFolder<Result>(
  path: string,
  train: (folder: RunFolder, lock: RunLock, progress: RunProgress) => Promise<Result>,
): Promise<Result> {
  const lock = new RunLock(path);
  const folder = new RunFolder(path, () => lock.requireHeld());
  const progress: RunProgress = { begun: false, steps: 0 };
  try {
    if (existsSync(path)) await lock.take();
    const result = await train(folder, lock, progress);
    await lock.release();
    return result;
  } catch (error) {
    // What is left of it would only be in the way of the next; unless it is another's by now.
    const abandoned = progress.begun && progress.steps === 0 && lock.held;
    await lock.release();
    if (abandoned) await folder.abandon();
    throw error;
  }
}
