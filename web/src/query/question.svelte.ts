import { type EmbeddedHead, filesOf, type ItemPreview, mostQueryBytes } from "kindred/workspace";
import { floatsOf } from "../backend/messageArrays.ts";
import type { Session } from "../session/session.svelte.ts";
import { rowTitle } from "../words/classNames.ts";
import { reasonOf } from "../words/reasonOf.ts";
import type { Reader } from "./reader.svelte.ts";

/** What is asked about. */
export interface Taken {
  readonly name: string;
  /** Null for one of the run's own. */
  readonly file: Blob | null;
}

/** What is read of it, and what is shown of what the tower took. */
export type Read = ({ readonly pixels: Uint8Array } | { readonly embedding: Float32Array }) & {
  readonly seen: ItemPreview;
  readonly note?: string | null;
};

/** One question after another, in one way of asking: what is taken, and what became of it. */
export class Question {
  readonly #session: Session;
  readonly #reader: Reader;

  taken: Taken | null = $state.raw(null);
  /** What the tower sees of it; null until that is known. */
  seen: ItemPreview = $state.raw(null);
  /** Why it was not taken, one line. */
  refused: string | null = $state(null);
  /** What was left out of it, one line. */
  note: string | null = $state(null);

  constructor(session: Session, reader: Reader) {
    this.#session = session;
    this.#reader = reader;
  }

  clear(): void {
    this.#reader.clear();
    this.taken = null;
    this.seen = null;
    this.refused = null;
    this.note = null;
  }

  /** Says why what was given is no question. */
  refuse(name: string, reason: string): void {
    this.clear();
    this.taken = { name, file: null };
    this.refused = reason;
  }

  /** Reads something; what is asked after it takes its place. */
  async take(taken: Taken, read: () => Promise<Read>, self: number | null = null): Promise<void> {
    this.clear();
    this.taken = taken;
    const since = performance.now();
    try {
      if (taken.file && taken.file.size > mostQueryBytes) {
        const megabytes = (taken.file.size / 2 ** 20).toFixed(1);
        throw new Error(
          `it has ${megabytes} MB, expected at most ${mostQueryBytes / 2 ** 20}: make it smaller`,
        );
      }
      const { seen, note = null, ...asked } = await read();
      if (this.taken !== taken) return;
      this.seen = seen;
      this.note = note;
      this.#reader.read({ ...asked, self, since });
    } catch (error) {
      if (this.taken === taken) this.refused = reasonOf(error);
    }
  }

  /** Asks about one of the run's own. */
  takeRow(row: number): Promise<void> {
    const { space, run } = this.#session;
    const name = rowTitle(run, space.labels, row);
    return this.take(
      { name, file: null },
      async () => {
        const [[seen = null], embedding] = await Promise.all([space.previews([row]), space.embeddingOf(row)]);
        return { seen, embedding };
      },
      row,
    );
  }

  /** Asks about what the page cannot embed itself. */
  takeContent(modality: string, name: string, content: Blob): Promise<void> {
    const { backend, space } = this.#session;
    return this.take({ name, file: content }, async () => {
      const message = await backend.embedQuery({ modality, checkpoint: space.checkpoint, content });
      const head = message.head as EmbeddedHead;
      const [seen = null] = filesOf(head, message.arrays);
      return { seen, note: head.note, embedding: floatsOf(message, "embedding") };
    });
  }
}

/** What a file is called; `otherwise` for one without a name. */
export function nameOf(file: Blob, otherwise: string): string {
  return "name" in file && typeof file.name === "string" ? file.name : otherwise;
}
