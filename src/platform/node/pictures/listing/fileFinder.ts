import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { describeIoError } from "../../files/files.ts";
import { isInside, type PictureFile } from "./pictureTree.ts";

/** A file that was found, or what follows its name in a sentence where it was not. */
export type FoundFile = PictureFile | { readonly reason: string };

/**
 * Finds the files that a table names: relative to a folder or absolute, with `/` or `\` between folders. Where nothing has just
 * that name, capitals do not matter, and an ending may be missing.
 */
export class FileFinder {
  /** Where relative names begin. */
  readonly folder: string;
  readonly #outside: boolean;
  readonly #names = new Map<string, Promise<Names>>();

  /**
   * @param folder its real path
   * @param outside whether files out of the folder may be taken
   */
  constructor(folder: string, outside: boolean) {
    this.folder = folder;
    this.#outside = outside;
  }

  /** @param base where a relative name begins; a folder in this one. Default: this one */
  async find(name: string, base = this.folder): Promise<FoundFile> {
    const spellings = name.includes("\\") ? [name, name.replaceAll("\\", "/")] : [name];
    let first: unknown;
    for (const spelling of spellings) {
      const at = resolve(base, spelling);
      for (const place of [async () => at, () => this.#loosely(at)]) {
        const candidate = await place();
        if (candidate === null) continue;
        try {
          return this.#allowed(await realpath(candidate), candidate, isAbsolute(spelling));
        } catch (error) {
          first ??= error;
        }
      }
    }
    return { reason: describeIoError(first, "read", name).slice(name.length + 1) };
  }

  #allowed(file: string, at: string, absolute: boolean): FoundFile {
    const inside = isInside(this.folder, file);
    if (!inside && !this.#outside) {
      return {
        reason: `leads out of the folder, to ${file}: put the picture itself there, or allow files outside (--outside)`,
      };
    }
    const path = absolute && !isInside(this.folder, at) ? at : relative(this.folder, at);
    return { path: path.replaceAll(sep, "/"), file };
  }

  /** The only file that has the name but for capitals or for its ending; null where there is none, or are several. */
  async #loosely(at: string): Promise<string | null> {
    const folder = dirname(at);
    if (folder === at) return null;
    const wanted = basename(at).toLowerCase();
    let names = await this.#namesIn(folder);
    let real = folder;
    if (names.byName.size === 0 && folder !== this.folder && isInside(this.folder, folder)) {
      const found = await this.#loosely(folder);
      if (found === null) return null;
      real = found;
      names = await this.#namesIn(real);
    }
    const same = names.byName.get(wanted) ?? (extname(wanted) === "" ? names.byStem.get(wanted) : undefined);
    return same?.length === 1 ? join(real, same[0]!) : null;
  }

  #namesIn(folder: string): Promise<Names> {
    const known = this.#names.get(folder);
    if (known) return known;
    const names = namesIn(folder);
    this.#names.set(folder, names);
    return names;
  }
}

/** The names in a folder, by these in small letters and by what is before their endings. */
interface Names {
  readonly byName: ReadonlyMap<string, readonly string[]>;
  readonly byStem: ReadonlyMap<string, readonly string[]>;
}

async function namesIn(folder: string): Promise<Names> {
  // What cannot be read holds no file that could be taken; the name itself says why.
  const names = await readdir(folder).catch((): string[] => []);
  const stem = (name: string): string => basename(name, extname(name));
  return {
    byName: Map.groupBy(names, (name) => name.toLowerCase()),
    byStem: Map.groupBy(names, (name) => stem(name).toLowerCase()),
  };
}
