import { basename, resolve } from "node:path";
import type { ImageDataset } from "../modality/image/index.ts";
import { modalityNamed } from "../modality/modality.ts";
import { ItemIndex } from "../platform/node/itemIndex/itemIndex.ts";
import { pictureHash } from "../platform/node/pictureIndex/embedPictures.ts";
import { modelOfIndex } from "../platform/node/pictureIndex/indexedRun.ts";
import { rootOfId } from "../retrieval/index.ts";
import {
  type HitsHead,
  type IndexChoice,
  type IndexQuery,
  type Message,
  packedFiles,
} from "../workspace/index.ts";

/** An index that is searched, and the run whose encoder made it. */
export class OpenIndex {
  /** Folder of the run. */
  readonly run: string;
  readonly #index: ItemIndex;
  readonly #checkpoint: number | null;
  /** Rows by path, or by their row in arrays of pixels, of the pictures asked about last. */
  #rows: { readonly of: ImageDataset; readonly byName: ReadonlyMap<string, number> } | null = null;

  private constructor(index: ItemIndex, run: string, checkpoint: number | null) {
    this.#index = index;
    this.run = run;
    this.#checkpoint = checkpoint;
  }

  /**
   * @param run the run that is looked at; left out, the one that the index says made it
   * @throws InputError when there is no index or no run, or another encoder made the index: then with both fingerprints.
   */
  static async open(path: string, run: string | undefined): Promise<OpenIndex> {
    const index = await ItemIndex.open(path);
    try {
      const model = await modelOfIndex(index, { run });
      return new OpenIndex(index, model.run, model.epoch);
    } catch (error) {
      index.close();
      throw error;
    }
  }

  close(): void {
    this.#index.close();
  }

  /** What there is of it for a run: nothing for another than its own, or one that lacks the checkpoint. */
  async choiceFor(run: string, checkpoints: readonly number[]): Promise<IndexChoice | null> {
    const checkpoint = checkpoints.find((epoch) => epoch === this.#checkpoint);
    if (resolve(run) !== resolve(this.run) || checkpoint === undefined) return null;
    const name = basename(this.#index.path.replace(/[/\\]+$/, ""));
    const { info, fields } = this.#index;
    const modalities = info.modalities.map(({ modality }) => ({
      modality,
      items: modalityNamed(modality).items,
    }));
    return { name, count: await this.#index.count(), modalities, fields, checkpoint };
  }

  /**
   * @param pictures those of the run's space, to find the same ones in; null for none
   * @throws InputError when the vector has another length, or the filter is wrong: then with the place.
   */
  async search({ vector, k, where }: IndexQuery, pictures: ImageDataset | null): Promise<Message> {
    const found = await this.#index.search(Float32Array.from(vector), {
      k,
      previews: true,
      ...(where === null ? {} : { where }),
    });
    const packed = packedFiles(found.map(({ preview }) => preview));
    const head: HitsHead = {
      type: "hits",
      ...packed.head,
      // Where its file is on this machine is not for the page.
      hits: found.map(({ hash, id, modality, label, path, split, fields, similarity }) => ({
        ...{ id, modality, label, path, split, fields, similarity },
        row: modality === "image" && pictures ? this.#rowOf({ id, path }, hash, pictures) : null,
      })),
    };
    return { head, arrays: packed.arrays };
  }

  /** An index of other data may use the same names, so the pixels must be the same too. */
  #rowOf(
    { id, path }: { readonly id: string; readonly path: string | null },
    hash: string,
    pictures: ImageDataset,
  ): number | null {
    if (this.#rows?.of !== pictures) {
      const { paths, rows, count } = pictures;
      const names = paths ?? Array.from({ length: count }, (_, row) => String(rows?.[row] ?? row));
      this.#rows = { of: pictures, byName: new Map(names.map((name, row) => [name, row])) };
    }
    const local = rootOfId(this.#index.roots, id)?.local ?? id;
    const row = this.#rows.byName.get(path ?? local);
    return row !== undefined && pictureHash(pictures, row) === hash ? row : null;
  }
}
