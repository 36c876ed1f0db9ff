import { join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { InputError, shellWord } from "../../../base/index.ts";
import {
  checkFilter,
  type FieldKinds,
  type IndexedItem,
  type IndexInfo,
  type IndexRoot,
  type ItemRecord,
  itemColumns,
  rootOfId,
  rootsKey,
  type SearchHit,
  type SearchOptions,
  type SearchPlan,
  shortFingerprint,
} from "../../../retrieval/index.ts";
import { changeIndex, readyTag } from "./indexChange.ts";
import { createTable, requireNew } from "./indexCreation.ts";
import { type IndexLocation, indexLocation, placeOf, stateOfFolder } from "./indexLocation.ts";
import { absentTruths, columnsOf, itemsOf, itemTable, sqlText, unitVector } from "./itemRows.ts";
import { explainFilter, explainLance, inTime } from "./lanceErrors.ts";
import { addFields, connected, openReady, type Remembered, remembered } from "./openedTable.ts";
import { nearestTo, type PlanOptions } from "./searchPlan.ts";

/** Options of {@link ItemIndex.create}. */
export interface CreateIndexOptions extends PlanOptions {
  /** The collections that the items are of. Default: none that are known. */
  readonly roots?: readonly IndexRoot[];
  /** Replace an index that is there. Default false. */
  readonly force?: boolean;
}

/** What is added to an index. */
export interface Addition {
  readonly items: AsyncIterable<readonly IndexedItem[]>;
  /** All collections of the index from then on. */
  readonly roots: readonly IndexRoot[];
}

/**
 * Items of any modality by the vectors that one model made of them, on disk or in an object storage, as a LanceDB table. It
 * embeds nothing: rows and queries come with their vectors.
 *
 * A change becomes visible all at once when it is done; one that fails, or is killed, leaves the index as it was.
 *
 * @example
 * const index = await ItemIndex.open("my.lance");
 * const hits = await index.search(vector, { k: 10, where: "label = 'cat' AND year > 2020" });
 * index.close();
 */
export class ItemIndex {
  readonly #location: IndexLocation;
  readonly #connection: Connection;
  readonly #table: Table;
  #known: Remembered;

  private constructor(location: IndexLocation, connection: Connection, table: Table, known: Remembered) {
    this.#location = location;
    this.#connection = connection;
    this.#table = table;
    this.#known = known;
  }

  /**
   * Makes an index of items that come in parts, such as a few thousand at a time.
   *
   * @param path a folder, or a URI of an object storage (`s3://…`, `gs://…`, `az://…`)
   * @throws InputError when there is an index already and `force` is not set, two items have one id, a vector does not
   * fit, a field holds values of two kinds, or the place cannot be written. AbortedError when stopped by the signal. What was at `path` is then as it was.
   */
  static async create(
    path: string,
    info: IndexInfo,
    items: AsyncIterable<readonly IndexedItem[]>,
    options: CreateIndexOptions = {},
  ): Promise<ItemIndex> {
    const location = indexLocation(path);
    try {
      await createTable(location, info, items, options);
    } catch (error) {
      throw explainLance(error, "written", path);
    }
    return ItemIndex.open(path);
  }

  /**
   * Whether there is an index at a path.
   *
   * @throws InputError when something else is there.
   */
  static async exists(path: string): Promise<boolean> {
    const location = indexLocation(path);
    if (location.folder !== null) return stateOfFolder(location, location.folder) === "index";
    const connection = await connected(location);
    try {
      const table = await openReady(location, connection);
      table?.close();
      return table !== null;
    } finally {
      connection.close();
    }
  }

  /** @throws InputError when there is no index at `path`, or one of another version. */
  static async open(path: string): Promise<ItemIndex> {
    const location = indexLocation(path);
    const missing = new InputError(
      `${path} holds no index: make one with kindred index --run <dir> --data <path> --out ${shellWord(path)}`,
    );
    if (location.folder !== null && stateOfFolder(location, location.folder) !== "index") throw missing;
    const connection = await connected(location);
    try {
      const table = await openReady(location, connection);
      if (!table) throw missing;
      return new ItemIndex(location, connection, table, await remembered(table, path));
    } catch (error) {
      connection.close();
      throw explainLance(error, "read", path);
    }
  }

  /** What the index remembers of the model that made its vectors. */
  get info(): IndexInfo {
    return this.#known.info;
  }

  /** The collections whose items it holds. */
  get roots(): readonly IndexRoot[] {
    return this.#known.roots;
  }

  /** The fields that its items have, and what they hold. */
  get fields(): FieldKinds {
    return this.#known.fields;
  }

  /** How it is searched, and with what recall. */
  get plan(): SearchPlan {
    return this.#known.plan;
  }

  get path(): string {
    return this.#location.path;
  }

  /** @throws InputError when a filter is wrong: then with the place, and the columns and fields where one is unknown. */
  checkFilter(where: string): void {
    checkFilter(where, { ...itemColumns, ...this.fields });
  }

  /** How many items there are, or how many of them a filter lets pass. */
  async count(where?: string): Promise<number> {
    if (where !== undefined) this.checkFilter(where);
    return this.#reading(() => this.#table.countRows(where), where);
  }

  /**
   * The items most similar to a vector, most similar first.
   *
   * With a filter, all that pass it are compared where they are few; so a narrow one costs no recall.
   *
   * @param vector `[dim]`, of any length but 0
   * @throws InputError when the vector has another `dim`, or the filter is wrong: then with the place.
   */
  async search(vector: Float32Array, options: SearchOptions = {}): Promise<SearchHit[]> {
    const { k = 10, where, previews = false, exact = false } = options;
    if (!(Number.isSafeInteger(k) && k >= 1)) {
      throw new InputError(`k is ${k}, expected an integer of 1 or more`);
    }
    const unit = unitVector(vector, this.info.dim, "the vector to search by");
    if (where !== undefined) this.checkFilter(where);
    return this.#reading(async () => {
      const probes = exact ? null : await this.#probesFor(k, where);
      const hits = await this.#nearest(unit, probes, k, where, previews);
      // Cells may hold too few where many results are wanted.
      return probes === null || hits.length === k ? hits : this.#nearest(unit, null, k, where, previews);
    }, where);
  }

  /** Items of the index by id, in no order; those that it does not have are left out. */
  async get(ids: readonly string[]): Promise<IndexedItem[]> {
    const found: IndexedItem[] = [];
    await this.#reading(async () => {
      for (let start = 0; start < ids.length; start += idsAtATime) {
        const query = this.#table.query().where(isOneOf(ids.slice(start, start + idsAtATime)));
        for await (const batch of query) {
          const vectors = batch.getChild("vector");
          for (const [row, item] of [...itemsOf(batch, this.fields)].entries()) {
            found.push({ ...item, vector: Float32Array.from(vectors?.get(row) as Iterable<number>) });
          }
        }
      }
    });
    return found;
  }

  /** What the index says of all its items, without their vectors and previews. */
  async *records(): AsyncGenerator<ItemRecord> {
    try {
      for await (const batch of this.#table.query().select(columnsOf(this.fields, false))) {
        for (const { preview: _, ...record } of itemsOf(batch, this.fields)) yield record;
      }
    } catch (error) {
      throw explainLance(error, "read", this.path);
    }
  }

  /**
   * @param fingerprint of the model that makes the queries' vectors, or those to be added
   * @param whose what the message calls that model, such as the run's path
   * @throws InputError naming both fingerprints where it is not the model that made the index.
   */
  requireModel(fingerprint: string, whose: string): void {
    if (fingerprint === this.info.fingerprint) return;
    throw new InputError(
      `${this.path} was made by the encoder ${shortFingerprint(this.info.fingerprint)}, but that of ${whose} is ${shortFingerprint(fingerprint)}: their vectors cannot be compared; use the run and checkpoint that made the index, or make it anew with kindred index --run <dir> --data <path> --force --out ${shellWord(this.path)}`,
    );
  }

  /**
   * Adds items, and replaces those whose ids are there already. Fields that no item had before are added to all.
   *
   * @param items these, or what gives them once nobody else can change the index any more
   * @throws InputError as {@link ItemIndex.create} does, and when another process is changing the index.
   */
  async add(items: Addition["items"] | (() => Promise<Addition>), options: PlanOptions = {}): Promise<void> {
    await this.#change(options, async (table) => {
      const addition = typeof items === "function" ? await items() : { items, roots: this.roots };
      let kinds = this.fields;
      const seen = new Set<string>();
      for await (const some of addition.items) {
        requireNew(some, seen);
        if (some.length === 0) continue;
        kinds = await addFields(table, kinds, some);
        const merge = table.mergeInsert("id").whenMatchedUpdateAll().whenNotMatchedInsertAll();
        await merge.execute(await itemTable(this.info, kinds, some));
        for (const name of absentTruths(kinds, some)) {
          for (let start = 0; start < some.length; start += idsAtATime) {
            const ids = some.slice(start, start + idsAtATime).map(({ id }) => id);
            const where = `${isOneOf(ids)} AND \`${name}\` IS NOT NULL`;
            await table.update({ where, valuesSql: { [name]: "CAST(NULL AS boolean)" } });
          }
        }
      }
      if (addition.roots === this.roots) return;
      const metadata = { [rootsKey]: JSON.stringify(addition.roots) };
      await table.updateFieldMetadata([{ path: "id", metadata }]);
    });
  }

  /**
   * Removes items: those of these ids, or those that a filter lets pass.
   *
   * @returns how many there were
   * @throws InputError when the filter is wrong, or another process is changing the index.
   */
  async delete(
    which: readonly string[] | { readonly where: string },
    options: PlanOptions = {},
  ): Promise<number> {
    if ("where" in which) this.checkFilter(which.where);
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
   * How many cells an approximate search looks into; null where all items are to be compared. More than ten results lie in
   * more cells than ten, and so do those behind a filter; where it lets few pass, to compare all of those is as fast.
   */
  async #probesFor(k: number, where: string | undefined): Promise<number | null> {
    const { method, rows, probes, partitions } = this.plan;
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
    previews: boolean,
  ): Promise<SearchHit[]> {
    const query = nearestTo(this.#table, vector, probes)
      .select([...columnsOf(this.fields, previews), "_distance"])
      .limit(k);
    if (where !== undefined) query.where(where);
    const hits: SearchHit[] = [];
    for await (const batch of query) {
      const distances = batch.getChild("_distance");
      for (const [row, item] of [...itemsOf(batch, this.fields)].entries()) {
        const similarity = Math.max(-1, Math.min(1, 1 - Number(distances?.get(row))));
        hits.push({ ...item, file: this.#fileOf(item), similarity });
      }
    }
    return hits.sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1));
  }

  async #change(options: PlanOptions, work: (table: Table) => Promise<void>): Promise<void> {
    try {
      await changeIndex(this.#location, this.#connection, options, async (table) => {
        // What another process did to it since it was opened counts.
        await this.#refresh();
        await work(table);
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
    const known = await remembered(this.#table, this.path);
    const { fingerprint } = known.info;
    if (fingerprint !== this.info.fingerprint) {
      throw new InputError(
        `${this.path} was made anew by another encoder (${shortFingerprint(fingerprint)}, was ${shortFingerprint(this.info.fingerprint)}) since it was opened: run this again`,
      );
    }
    this.#known = known;
  }

  #fileOf({ id, path }: ItemRecord): string | null {
    const root = rootOfId(this.roots, id)?.root;
    if (path === null || !root?.place) return null;
    return join(placeOf(root, this.#location) ?? root.place.absolute, path);
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
