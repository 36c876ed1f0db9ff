import { unlinkSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../../base/index.ts";
import { explainIoError, isMissing } from "./ioErrors.ts";
import { isAlive, startOf } from "./processes.ts";

/** Who trains a run, as its lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken. */
  readonly since: string;
  /** When the process was started, see `startOf`. */
  readonly start: string | null;
}

/** Locks of this process: its own pid in a lock file says nothing else, as a restarted container has it again. */
const held = new Set<string>();

/** A file that is just being made may still be empty for so long, in milliseconds. */
const settling = 10_000;

/** What a lock is for, see {@link RunLock}. */
export interface LockPurpose {
  /** Name of its file. */
  readonly file: string;
  /** What its holder does with the folder, such as `trained`. */
  readonly doing: string;
}

/**
 * The right to write a run: a file `run.lock` in its folder that only one process can make. Reading needs none.
 *
 * A lock whose process is gone counts for nothing. It is given back also when the process exits, by Ctrl-C too.
 */
export class RunLock {
  readonly #folder: string;
  readonly #file: string;
  readonly #purpose: LockPurpose;
  #taken = false;
  readonly #onExit = (): void => unlinkSync(this.#file);

  constructor(folder: string, purpose: LockPurpose = { file: "run.lock", doing: "trained" }) {
    this.#folder = folder;
    this.#purpose = purpose;
    this.#file = join(resolve(folder), purpose.file);
  }

  /**
   * Makes the folder where it is missing; nothing happens to a lock that is taken already.
   *
   * @throws InputError in one line naming the process when another one trains this run, or the folder cannot be written.
   */
  async take(): Promise<void> {
    if (this.#taken) return;
    const [file, folder, purpose] = [this.#file, this.#folder, this.#purpose];
    try {
      await mkdir(folder, { recursive: true });
      if (!(await create(file))) {
        await removeStale(file, folder, purpose);
        if (!(await create(file))) throw refusal(file, folder, purpose, (await textOf(file)) ?? "");
      }
    } catch (error) {
      throw explainIoError(error, "written", folder);
    }
    this.#taken = true;
    held.add(file);
    process.once("exit", this.#onExit);
  }

  async release(): Promise<void> {
    if (!this.#taken) return;
    this.#taken = false;
    process.off("exit", this.#onExit);
    held.delete(this.#file);
    await rm(this.#file, { force: true });
  }
}

async function create(file: string): Promise<boolean> {
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    start: startOf(process.pid),
  };
  try {
    const handle = await open(file, "wx");
    try {
      await handle.writeFile(`${JSON.stringify(holder)}\n`);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a lock that nobody holds; leaves one that somebody does. */
async function removeStale(file: string, folder: string, purpose: LockPurpose): Promise<void> {
  const text = await textOf(file);
  if (text === null) return;
  if (await isHeld(file, text)) throw refusal(file, folder, purpose, text);
  // Moved before it is removed: of two that find it stale, the second must not remove the new lock of the first.
  const aside = `${file}.${process.pid}.tmp`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await textOf(aside)) === text) return rm(aside, { force: true });
  await rename(aside, file);
}

async function isHeld(file: string, text: string): Promise<boolean> {
  const holder = holderIn(text);
  if (!holder) return Date.now() - (await stat(file)).mtimeMs < settling;
  // Whether a process of another machine lives cannot be told from here.
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(file);
  if (!isAlive(holder.pid)) return false;
  const start = startOf(holder.pid);
  return start === null || holder.start === null || start === holder.start;
}

function refusal(file: string, folder: string, { file: name, doing }: LockPurpose, text: string): InputError {
  const holder = holderIn(text);
  const remove = `if it is gone, remove ${join(folder, name)}`;
  if (!holder)
    return new InputError(`${folder} is being ${doing} by another process: wait for it; ${remove}`);
  const { pid, host, since } = holder;
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  const who = held.has(file) ? `this process (${pid})` : where;
  return new InputError(
    `${folder} is being ${doing} by ${who} since ${since}: wait for it, stop it, or use another folder; ${remove}`,
  );
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function holderIn(text: string): Holder | null {
  try {
    const { pid, host, since, start } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || pid! < 1 || typeof host !== "string") return null;
    return { pid: pid!, host, since: String(since), start: typeof start === "string" ? start : null };
  } catch {
    return null;
  }
}
