import { readdir, readFile, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { writeFileAtomic } from "../files/files.ts";

/** The few files of a Lance table that are written over; all others are written once, under a name of their own. */
const changing = [/latest_version_hint\.json$/, /[/\\]_refs[/\\]/];

/** What files a folder holds, so that it can be put back after a failure: whatever came since is removed. */
export class FolderSnapshot {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #contents: ReadonlyMap<string, Uint8Array>;

  private constructor(folder: string, names: ReadonlySet<string>, contents: ReadonlyMap<string, Uint8Array>) {
    this.#folder = folder;
    this.#names = names;
    this.#contents = contents;
  }

  static async take(folder: string): Promise<FolderSnapshot> {
    const names = await filesBelow(folder);
    const contents = new Map<string, Uint8Array>();
    for (const name of names) {
      if (changing.some((pattern) => pattern.test(`${sep}${name}`))) {
        contents.set(name, await readFile(join(folder, name)));
      }
    }
    return new FolderSnapshot(folder, new Set(names), contents);
  }

  /** Removes first, so that there is room on a full disk. */
  async restore(): Promise<void> {
    for (const name of await filesBelow(this.#folder)) {
      if (!this.#names.has(name)) await rm(join(this.#folder, name), { force: true });
    }
    for (const [name, content] of this.#contents) {
      const now = await readFile(join(this.#folder, name)).catch(() => null);
      if (now === null || Buffer.compare(now, content) !== 0) {
        await writeFileAtomic(join(this.#folder, name), content);
      }
    }
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
