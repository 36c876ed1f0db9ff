import { existsSync, readFileSync, unlinkSync } from "node:fs";
import { open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { InputError, shellWord } from "../../../base/index.ts";
import { makeFolder } from "../files/folders.ts";
import { explainIoError, isMissing, isOneOf } from "../files/ioErrors.ts";
import { isAlive, startOf } from "../files/processes.ts";

/** Who trains a run, as its lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken. */
  readonly since: string;
  /** When the process was started, see `startOf`. */
  readonly start: string | null;
}

/**
 * Locks that this process has or is about to take. Its own pid in a lock file says nothing, as a restarted container has
 * it again.
 */
const held = new Set<string>();

/** A file that is just being made may still be empty for so long, in milliseconds. */
const settling = 10_000;

/** How often and after how many milliseconds a lock that another process takes over is looked at again. */
const mostTries = 50;
const betweenTries = 20;

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
 * A lock whose process is gone counts for nothing. It is given back also when the process exits, by Ctrl-C too. What it is
 * held for asks {@link requireHeld} before it writes: the folder may be moved, or the file removed and another's by then.
 */
export class RunLock {
  readonly #folder: string;
  readonly #file: string;
  readonly #purpose: LockPurpose;
  /** What this lock wrote into its file; null where it is not taken. */
  #text: string | null = null;
  readonly #onExit = (): void => this.#remove();

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
    if (this.#text !== null) return;
    const [file, folder, purpose] = [this.#file, this.#folder, this.#purpose];
    if (held.has(file)) throw refusal(folder, purpose, (await textOf(file)) ?? "");
    // Before anything is awaited: of two locks of this process, one goes on from here.
    held.add(file);
    try {
      await makeFolder(folder);
      this.#text = await acquire(file);
      if (this.#text === null) throw refusal(folder, purpose, (await textOf(file)) ?? "");
    } catch (error) {
      held.delete(file);
      this.#text = null;
      throw explainIoError(error, "written", folder);
    }
    process.once("exit", this.#onExit);
  }

  async release(): Promise<void> {
    if (this.#text === null) return;
    this.#remove();
    this.#text = null;
    process.off("exit", this.#onExit);
    held.delete(this.#file);
  }

  /** Whether it was taken, and its file is there and its own. */
  get held(): boolean {
    return this.#text !== null && this.#isOurs();
  }

  /**
   * Does nothing before the lock is taken.
   *
   * @throws InputError when the folder or the file is no longer there, or the file is another's.
   */
  requireHeld(): void {
    if (this.#text === null || this.#isOurs()) return;
    const { doing, file } = this.#purpose;
    if (!existsSync(this.#folder)) {
      throw new InputError(
        `${this.#folder} was moved or removed while it was being ${doing}: nothing more is written, and what was saved is where it was moved to (kindred train --resume --out <its new place> goes on from there)`,
      );
    }
    throw new InputError(
      `${join(this.#folder, file)} was removed or replaced while ${this.#folder} was being ${doing}, so that another process may write there: nothing more is written, and what was saved stays (kindred train --resume --out ${shellWord(this.#folder)} goes on from there)`,
    );
  }

  #isOurs(): boolean {
    try {
      return readFileSync(this.#file, "utf8") === this.#text;
    } catch {
      // It is not there, or is another's who lets nobody read it.
      return false;
    }
  }

  /** What is not this lock's, or is not there any more, is left as it is. */
  #remove(): void {
    try {
      if (this.#isOurs()) unlinkSync(this.#file);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/**
 * Makes the lock file, in place of one that nobody holds.
 *
 * Only the maker of a second file, the takeover, removes a stale lock, after it has seen once more that it is stale: of
 * many that find it so, none can remove the new lock of another.
 *
 * @returns what was written into it; null where somebody holds it.
 */
async function acquire(file: string): Promise<string | null> {
  const takeover = `${file}.takeover.tmp`;
  for (let tries = 0; tries < mostTries; tries++) {
    const text = await create(file);
    if (text !== null) return text;
    if (await isHeld(file)) return null;
    if ((await create(takeover)) === null) {
      // Its maker removes it within milliseconds, unless it was killed.
      const age = await ageOf(takeover);
      if (age > settling && Number.isFinite(age)) await rm(takeover, { force: true });
      await setTimeout(betweenTries);
      continue;
    }
    try {
      if (!(await isHeld(file))) await rm(file, { force: true });
      const made = await create(file);
      if (made !== null) return made;
    } finally {
      await rm(takeover, { force: true });
    }
  }
  return null;
}

/** What was written into a new file; null where one is there. */
async function create(file: string): Promise<string | null> {
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    start: startOf(process.pid),
  };
  const text = `${JSON.stringify(holder)}\n`;
  try {
    const handle = await open(file, "wx");
    try {
      await handle.writeFile(text);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return text;
  } catch (error) {
    if (isOneOf(error, ["EEXIST"])) return null;
    throw error;
  }
}

/** Whether a process other than this one holds a lock, or is just making it; not so of one that is not there. */
async function isHeld(file: string): Promise<boolean> {
  const text = await textOf(file);
  if (text === null) return false;
  const holder = holderIn(text);
  if (!holder) return (await ageOf(file)) < settling;
  // Whether a process of another machine lives cannot be told from here.
  if (holder.host !== hostname()) return true;
  // What this process holds is known before its file is looked at.
  if (holder.pid === process.pid || !isAlive(holder.pid)) return false;
  const start = startOf(holder.pid);
  return start === null || holder.start === null || start === holder.start;
}

/**
 * Milliseconds since a file was written, or until then where its date is in the future, as after a clock was set back;
 * infinite for one that is not there.
 */
async function ageOf(file: string): Promise<number> {
  try {
    return Math.abs(Date.now() - (await stat(file)).mtimeMs);
  } catch (error) {
    if (isMissing(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function refusal(folder: string, { file: name, doing }: LockPurpose, text: string): InputError {
  const holder = holderIn(text);
  const remove = `if it is gone, remove ${join(folder, name)}`;
  if (!holder)
    return new InputError(`${folder} is being ${doing} by another process: wait for it; ${remove}`);
  const { pid, host, since } = holder;
  const here = host === hostname();
  const own = here && pid === process.pid;
  const who = own ? `this process (${pid})` : here ? `process ${pid}` : `process ${pid} on ${host}`;
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
