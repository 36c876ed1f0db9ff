import { join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import type { Schema } from "apache-arrow";
import { InputError, shellWord } from "../../../base/index.ts";
import { checkFilter } from "../../../retrieval/index.ts";
import { inTime } from "./filterTime.ts";
import { changeIndex, readyTag } from "./indexChange.ts";
import { createTable } from "./indexCreation.ts";
import { type IndexInfo, type SearchPlan, shortFingerprint } from "./indexInfo.ts";
import { type IndexLocation, indexLocation, stateOfFolder } from "./indexLocation.ts";
import { type IndexRoot, placeOf, rootOfId, rootsKey } from "./indexRoots.ts";
import {
  filterColumns,
  type IndexedPicture,
  indexSchema,
  type PictureRecord,
  pictureTable,
  recordColumns,
  recordsOf,
  sqlText,
  unitVector,
} from "./indexRows.ts";
import { explainFilter, explainLance } from "./lanceErrors.ts";
import { connected, openReady, remembered } from "./openedTable.ts";
import { nearestTo, type PlanOptions, readPlan } from "./searchPlan.ts";

/** Options of {@link PictureIndex.create} and of what changes an index. */
export interface IndexOptions extends PlanOptions {}

export interface CreateIndexOptions extends IndexOptions {
  /** The collections that the pictures are of. Default: none that are known. */
  readonly roots?: readonly IndexRoot[];
  /** Replace an index that is there. Default false. */
  readonly force?: boolean;
}

export interface SearchOptions {
  /** Results at most. Default 10. */
  readonly k?: number;
  /** An SQL condition on `id`, `label`, `path`, `split` and `hash`, such as `label = 'cat'`. */
  readonly where?: string;
  /** Whether the results carry their thumbnails. Default false. */
  readonly thumbnails?: boolean;
  /** Compare with all vectors also where an approximate search is set up. Default false. */
  readonly exact?: boolean;
}

/** What is added to an index. */
export interface Addition {
  readonly pictures: AsyncIterable<readonly IndexedPicture[]>;
  /** All collections of the index from then on. */
  readonly roots: readonly IndexRoot[];
}

/** A picture that was found. */
export interface SearchHit extends PictureRecord {
  /** The picture's file, absolute: where it is, or was when it was indexed; null in arrays of pixels. */
  readonly file: string | null;
  /** Cosine of the angle between its vector and the query's, -1 to 1. */
  readonly similarity: number;
  /** A small WebP or PNG file; null without `thumbnails`. */
  readonly thumbnail: Uint8Array | null;
}

/**
 * Pictures by the vectors that an encoder made of them, on disk or in an object storage, as a LanceDB table.
 *
 * A change becomes visible all at once when it is done; one that fails, or is killed, leaves the index as it was.
 *
 * @example
 * const index = await PictureIndex.open("my.lance");
 * const hits = await index.search(vector, { k: 10, where: "label = 'cat'" });
 * index.close();
 */
export class PictureIndex {
  readonly #location: IndexLocation;
  readonly #connection: Connection;
  readonly #table: Table;
  #info: IndexInfo;
  #roots: readonly IndexRoot[];
  #plan: SearchPlan;

  private constructor(
    location: IndexLocation,
    opened: {
      connection: Connection;
      table: Table;
      info: IndexInfo;
      roots: readonly IndexRoot[];
      plan: SearchPlan;
    },
  ) {
    this.#location = location;
    this.#connection = opened.connection;
    this.#table = opened.table;
    this.#info = opened.info;
    this.#roots = opened.roots;
    this.#plan = opened.plan;
  }

  /**
   * Makes an index of pictures that come in parts, such as a few thousand at a time.
   *
   * @param path a folder, or a URI of an object storage (`s3://…`, `gs://…`, `az://…`)
   * @throws InputError when there is an index already and `force` is not set, two pictures have one id, a vector does not
   * fit, or the place cannot be written. AbortedError when stopped by the signal. What was at `path` is then as it was.
   */
  static async create(
    path: string,
    info: IndexInfo,
    pictures: AsyncIterable<readonly IndexedPicture[]>,
    options: CreateIndexOptions = {},
  ): Promise<PictureIndex> {
    const location = indexLocation(path);
    try {
      await createTable(location, info, pictures, options);
    } catch (error) {
      throw explainLance(error, "written", path);
    }
    return PictureIndex.open(path);
  }

  /**
   * Whether there is an index at a path.
   *
   * @throws InputError when something else is there.
   */
  static async exists(path: string): Promise<boolean> {
    const location = indexLocation(path);
    if (location.folder !== null) return stateOfFolder(location, location.folder) === "index";
    const table = await openReady(location, await connected(location));
    table?.close();
    return table !== null;
  }

  /** @throws InputError when there is no index at `path`, or one of a later version. */
  static async open(path: string): Promise<PictureIndex> {
    const location = indexLocation(path);
    const missing = new InputError(
      `${path} holds no index: make one with kindred index --run <dir> --data <path> --out ${shellWord(path)}`,
    );
    if (location.folder !== null && stateOfFolder(location, location.folder) !== "index") throw missing;
    const connection = await connected(location);
    try {
      const table = await openReady(location, connection);
      if (!table) throw missing;
      const { info, roots } = await remembered(table, path);
      return new PictureIndex(location, { connection, table, info, roots, plan: await readPlan(table) });
    } catch (error) {
      connection.close();
      throw explainLance(error, "read", path);
    }
  }

  /** What the index remembers of the encoder that made its vectors. */
  get info(): IndexInfo {
    return this.#info;
  }

  /** The collections whose pictures it holds; none of an index from before they were kept. */
  get roots(): readonly IndexRoot[] {
    return this.#roots;
  }

  /** How it is searched, and with what recall. */
  get plan(): SearchPlan {
    return this.#plan;
  }

  get path(): string {
    return this.#location.path;
  }

  /** How many pictures there are, or how many of them a filter lets pass. */
  async count(where?: string): Promise<number> {
    if (where !== undefined) checkFilter(where, filterColumns);
    return this.#reading(() => this.#table.countRows(where), where);
  }

  /**
   * The pictures most similar to a vector, most similar first.
   *
   * With a filter, all that pass it are compared where they are few; so a narrow one costs no recall.
   *
   * @param vector `[dim]`, of any length but 0
   * @throws InputError when the vector has another `dim`, or the filter is wrong: then with the place.
   */
  async search(vector: Float32Array, options: SearchOptions = {}): Promise<SearchHit[]> {
    const { k = 10, where, thumbnails = false, exact = false } = options;
    if (!(Number.isSafeInteger(k) && k >= 1)) {
      throw new InputError(`k is ${k}, expected an integer of 1 or more`);
    }
    const unit = unitVector(vector, this.#info.dim, "the vector to search by");
    if (where !== undefined) checkFilter(where, filterColumns);
    return this.#reading(async () => {
      const probes = exact ? null : await this.#probesFor(k, where);
      const hits = await this.#nearest(unit, probes, k, where, thumbnails);
      // Cells may hold too few where many results are wanted.
      return probes === null || hits.length === k ? hits : this.#nearest(unit, null, k, where, thumbnails);
    }, where);
  }

  /** Pictures of the index by id, in no order; those that it does not have are left out. */
  async get(ids: readonly string[]): Promise<IndexedPicture[]> {
    const found: IndexedPicture[] = [];
    await this.#reading(async () => {
      for (let start = 0; start < ids.length; start += idsAtATime) {
        const query = this.#table.query().where(isOneOf(ids.slice(start, start + idsAtATime)));
        for await (const batch of query) {
          const [vectors, pictures] = [batch.getChild("vector"), batch.getChild("thumbnail")];
          for (const [row, record] of [...recordsOf(batch)].entries()) {
            const vector = Float32Array.from(vectors?.get(row) as Iterable<number>);
            found.push({ ...record, vector, thumbnail: bytesOf(pictures?.get(row)) });
          }
        }
      }
    });
    return found;
  }

  /** What the index says of all its pictures, without their vectors and thumbnails. */
  async *records(): AsyncGenerator<PictureRecord> {
    for await (const batch of this.#table.query().select([...recordColumns])) yield* recordsOf(batch);
  }

  /**
   * @param fingerprint of the encoder that makes the queries' vectors, or those to be added
   * @param whose what the message calls that encoder, such as the run's path
   * @throws InputError naming both fingerprints where it is not the encoder that made the index.
   */
  requireEncoder(fingerprint: string, whose: string): void {
    if (fingerprint === this.#info.fingerprint) return;
    throw new InputError(
      `${this.path} was made by the encoder ${shortFingerprint(this.#info.fingerprint)}, but that of ${whose} is ${shortFingerprint(fingerprint)}: their vectors cannot be compared; use the run and checkpoint that made the index, or make it anew with kindred index --run <dir> --data <path> --force --out ${shellWord(this.path)}`,
    );
  }

  /**
   * Adds pictures, and replaces those whose ids are there already.
   *
   * @param pictures these, or what tells them once nobody else can change the index any more
   * @throws InputError as {@link PictureIndex.create} does, and when another process is changing the index.
   */
  async add(
    pictures: Addition["pictures"] | (() => Promise<Addition>),
    options: IndexOptions = {},
  ): Promise<void> {
    await this.#change(options, async (table, schema) => {
      const addition = typeof pictures === "function" ? await pictures() : { pictures, roots: this.#roots };
      for await (const some of addition.pictures) {
        if (some.length === 0) continue;
        const merge = table.mergeInsert("id").whenMatchedUpdateAll().whenNotMatchedInsertAll();
        await merge.execute(await pictureTable(schema, this.#info.dim, some));
      }
      if (addition.roots === this.#roots) return;
      const metadata = { [rootsKey]: JSON.stringify(addition.roots) };
      await table.updateFieldMetadata([{ path: "id", metadata }]);
    });
  }

  /**
   * Removes pictures: those of these ids, or those that a filter lets pass.
   *
   * @returns how many there were
   * @throws InputError when the filter is wrong, or another process is changing the index.
   */
  async delete(
    which: readonly string[] | { readonly where: string },
    options: IndexOptions = {},
  ): Promise<number> {
    if ("where" in which) checkFilter(which.where, filterColumns);
    let deleted = 0;
    await this.#change(options, async (table) => {
      if ("where" in which) {
        const { where } = which;
        try {
          // A filter that takes too long is given up here, where nothing is written yet.
          await inTime(where, table.countRows(where));
          deleted = (await table.delete(where)).numDeletedRows;
        } catch (error) {
          throw explainFilter(error, where);
        }
        return;
      }
      for (let start = 0; start < which.length; start += idsAtATime) {
        deleted += (await table.delete(isOneOf(which.slice(start, start + idsAtATime)))).numDeletedRows;
      }
    });
    return deleted;
  }

  close(): void {
    this.#table.close();
    this.#connection.close();
  }

  /**
   * How many cells an approximate search looks into; null where all pictures are to be compared. More than ten results lie in
   * more cells than ten, and so do those behind a filter; where it lets few pass, to compare all of those is as fast.
   */
  async #probesFor(k: number, where: string | undefined): Promise<number | null> {
    const { method, rows, probes, partitions } = this.#plan;
    if (method === "exact") return null;
    const passing = where === undefined ? rows : await this.#table.countRows(where);
    if (passing < rows / 4) return null;
    const needed = Math.ceil(probes * Math.max(1, k / 10) * Math.max(1, rows / passing));
    return 2 * needed > partitions ? null : needed;
  }

  async #nearest(
    vector: Float32Array,
    probes: number | null,
    k: number,
    where: string | undefined,
    thumbnails: boolean,
  ): Promise<SearchHit[]> {
    const query = nearestTo(this.#table, vector, probes)
      .select([...recordColumns, ...(thumbnails ? ["thumbnail"] : []), "_distance"])
      .limit(k);
    if (where !== undefined) query.where(where);
    const hits: SearchHit[] = [];
    for await (const batch of query) {
      const [distances, pictures] = [batch.getChild("_distance"), batch.getChild("thumbnail")];
      for (const [row, record] of [...recordsOf(batch)].entries()) {
        const similarity = Math.max(-1, Math.min(1, 1 - Number(distances?.get(row))));
        const file = this.#fileOf(record);
        hits.push({ ...record, file, similarity, thumbnail: bytesOf(pictures?.get(row)) });
      }
    }
    return hits.sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1));
  }

  async #change(options: IndexOptions, work: (table: Table, schema: Schema) => Promise<void>): Promise<void> {
    try {
      await changeIndex(this.#location, this.#connection, options, async (table) => {
        // What another process did to it since it was opened counts.
        await this.#refresh();
        await work(table, await indexSchema(this.#info, this.#roots));
        return table;
      });
      await this.#refresh();
    } catch (error) {
      throw explainLance(error, "written", this.path);
    }
  }

  /** Looks at what the last finished change left. */
  async #refresh(): Promise<void> {
    await this.#table.checkout(readyTag);
    const { info, roots } = await remembered(this.#table, this.path);
    if (info.fingerprint !== this.#info.fingerprint) {
      throw new InputError(
        `${this.path} was made anew by another encoder (${shortFingerprint(info.fingerprint)}, was ${shortFingerprint(this.#info.fingerprint)}) since it was opened: run this again`,
      );
    }
    this.#info = info;
    this.#roots = roots;
    this.#plan = await readPlan(this.#table);
  }

  #fileOf({ id, path }: PictureRecord): string | null {
    const found = path === null ? null : rootOfId(this.#roots, id);
    if (path === null || !found?.root.place) return null;
    return join(placeOf(found.root, this.#location) ?? found.root.place.absolute, path);
  }

  async #reading<T>(read: () => Promise<T>, where?: string): Promise<T> {
    try {
      return await (where === undefined ? read() : inTime(where, read()));
    } catch (error) {
      throw explainLance(where === undefined ? error : explainFilter(error, where), "read", this.path);
    }
  }
}

/** Ids in one condition. */
const idsAtATime = 500;

function isOneOf(ids: readonly string[]): string {
  return `id IN (${ids.map(sqlText).join(", ")})`;
}

function bytesOf(value: unknown): Uint8Array | null {
  return value instanceof Uint8Array ? value : null;
}
