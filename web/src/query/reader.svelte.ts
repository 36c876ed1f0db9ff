import { imageQueryOf } from "kindred/workspace";
import { tick } from "svelte";
import type { Session } from "../session/session.svelte.ts";
import { itemsWord } from "../words/itemWords.ts";
import { reasonOf } from "../words/reasonOf.ts";
import { Latest } from "./latest.ts";
import { painted } from "./painted.ts";
import type { PictureEncoder } from "./pictureEncoder.ts";
import { type Reading, readingOf } from "./reading.ts";

/** What is to be read: a picture, which is embedded here, or what was embedded. */
export type Asked = (
  | {
      /** `[channels, height, width]` */
      readonly pixels: Uint8Array;
    }
  | { readonly embedding: Float32Array }
) & {
  /** The row that it is, or null for one from outside. */
  readonly self: number | null;
  /** When the last stroke ended, on the clock of `performance.now`; null while it is still drawn. */
  readonly since: number | null;
};

/** What was read, and of which row. */
export interface Answer extends Reading {
  /** The row that it is, or null. */
  readonly self: number | null;
  /** Nothing more is being drawn. */
  readonly settled: boolean;
}

/** Milliseconds from an answer to its being painted, beyond which drawing would stutter. */
const longFrame = 50;
/** Milliseconds that the map then stays as it is while a stroke is drawn. */
const rest = 3000;

/** Reads what is asked in this page: embeds pictures, and finds the nearest among all rows of the open space. */
export class Reader {
  readonly #session: Session;
  readonly #latest = new Latest<Asked>((asked) => this.#read(asked));
  #encoder: PictureEncoder | null = null;
  #embeddings: Float32Array | null = null;
  #preparing: { readonly checkpoint: number } | null = null;
  /** Rises when what was asked before is to be forgotten. */
  #generation = 0;
  /** Until when the map waits for the end of the stroke. */
  #restUntil = 0;
  /** Ends the wait for previews and for the screen while a stroke is drawn: its end has come. */
  #hurry: () => void = () => undefined;

  phase: "preparing" | "ready" | "failed" = $state("preparing");
  doing = $state("");
  /** 0 to 1 */
  part = $state(0);
  reason: string | null = $state(null);
  answer: Answer | null = $state.raw(null);
  /** The answer once it has been painted, for what may come a frame later. */
  landed: Answer | null = $state.raw(null);
  /** Milliseconds from the end of the last stroke to the answer being painted. */
  latency: number | null = $state(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** Fetches the encoder and the embeddings of the space's checkpoint, where they are not there yet. */
  async prepare(): Promise<void> {
    const { space, backend, run } = this.#session;
    const { checkpoint } = space;
    if (checkpoint === null || run === null || this.#preparing?.checkpoint === checkpoint) return;
    const mine = { checkpoint };
    this.#preparing = mine;
    this.#forget();
    this.phase = "preparing";
    this.reason = null;
    try {
      let encoder: PictureEncoder | null = null;
      if (imageQueryOf(run)) {
        this.#step("Fetching the encoder", 0);
        const model = await backend.encoder(checkpoint);
        if (this.#preparing !== mine) return;
        this.#step("Starting ONNX Runtime in this page", 0.25);
        const { openEncoder } = await import("./pictureEncoder.ts");
        encoder = await openEncoder(model);
        if (this.#preparing !== mine) return void encoder.close();
      }
      this.#step(`Fetching the embeddings of all ${itemsWord(run)}`, 0.5);
      const embeddings = await space.embeddings();
      if (this.#preparing !== mine) return void encoder?.close();
      void this.#encoder?.close();
      this.#encoder = encoder;
      this.#embeddings = embeddings;
      this.phase = "ready";
    } catch (error) {
      if (this.#preparing !== mine) return;
      this.#preparing = null;
      this.reason = reasonOf(error);
      this.phase = "failed";
    }
  }

  read(asked: Asked): void {
    if (this.phase !== "ready") return;
    this.#latest.push(asked);
    if (asked.since !== null) this.#hurry();
  }

  clear(): void {
    this.#forget();
  }

  close(): void {
    this.#preparing = null;
    this.#forget();
    void this.#encoder?.close();
    this.#encoder = null;
    this.#embeddings = null;
    this.phase = "preparing";
  }

  #forget(): void {
    this.#generation++;
    this.answer = null;
    this.landed = null;
    this.latency = null;
  }

  #step(doing: string, part: number): void {
    this.doing = doing;
    this.part = part;
  }

  async #read(asked: Asked): Promise<void> {
    const { self, since } = asked;
    const generation = this.#generation;
    const { space } = this.#session;
    const { labels, mean, components, umap } = space;
    const encoder = this.#encoder;
    const embeddings = this.#embeddings;
    if (!embeddings || !labels || !mean || !components) return;
    // What ends a stroke waits for nothing but itself.
    const hurried = new Promise<null>((resolve) => {
      this.#hurry = since === null ? () => resolve(null) : () => undefined;
    });
    try {
      const embedding = "embedding" in asked ? asked.embedding : await encoder?.embed(asked.pixels);
      if (!embedding) throw new Error("this run has no tower of pictures");
      const reading = readingOf(embedding, { embeddings, labels, mean, components, umap }, self);
      // The previews are part of the answer, so that it appears at once and whole; one that is missing says so itself.
      const previews = space.previews(reading.neighbours.map(({ row }) => row)).catch(() => []);
      if ((await Promise.race([previews, hurried])) === null || generation !== this.#generation) return;
      const answer = { ...reading, self, settled: since !== null };
      this.answer = answer;
      await tick();
      const begun = performance.now();
      const at = await Promise.race([painted(), hurried]);
      if (at === null || generation !== this.#generation) return;
      if (since !== null) this.latency = at - since;
      // Where frames take long, as without a graphics processor, the map waits for the end of the stroke.
      if (at - begun > longFrame) this.#restUntil = at + rest;
      if (since !== null || at > this.#restUntil) this.landed = answer;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.reason = reasonOf(error);
      this.phase = "failed";
      this.#preparing = null;
    }
  }
}
