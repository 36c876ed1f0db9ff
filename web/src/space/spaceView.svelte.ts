import { type RunModality, type StyledClasses, styleClasses } from "kindred/workspace";
import { classCaptions } from "../map/classCaptions.ts";
import { type Colouring, colouringsOf, pointLooks, wrongRows } from "../map/colouring.ts";
import { tokenColour } from "../map/tokenColour.ts";
import type { Session } from "../session/session.svelte.ts";
import { chosenSummary } from "./chosenRows.ts";

export type Layout = "umap" | "pca";

/** What the Space view shows and how, of what the store has. */
export class SpaceView {
  readonly #session: Session;
  #lastUmap: Float32Array | null = null;

  /** What a person asked for; the map falls back to {@link layout}. */
  wanted = $state<Layout>("umap");
  #asked = $state<Colouring>("label");
  /** Classes put away, by label. */
  hidden = $state.raw<ReadonlySet<number>>(new Set());
  /** Modalities put away, by name. */
  away = $state.raw<ReadonlySet<string>>(new Set());
  lasso = $state(false);
  /** Rows chosen with the lasso or by class. */
  chosen = $state.raw<Uint32Array | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** What is asked for, or the first that there is of the open run. */
  get colouring(): Colouring {
    const offered = colouringsOf(this.#session.run?.labelled ?? true);
    return offered.includes(this.#asked) ? this.#asked : offered[0]!;
  }
  set colouring(asked: Colouring) {
    this.#asked = asked;
  }

  readonly classes: StyledClasses = $derived.by(() =>
    styleClasses(this.#session.space.labels ?? new Int32Array(0), this.#session.theme),
  );
  readonly modalities: readonly RunModality[] = $derived.by(() => this.#session.run?.modalities ?? []);
  readonly shown: readonly boolean[] = $derived(
    this.classes.styles.map(({ label }) => !this.hidden.has(label)),
  );
  /** The map of two dimensions; while that of another checkpoint is laid out, the one before. */
  readonly umap: Float32Array | null = $derived.by(() => {
    const { umap, count } = this.#session.space;
    if (umap) this.#lastUmap = umap;
    return umap ?? (this.#lastUmap?.length === 2 * count ? this.#lastUmap : null);
  });
  /** Two dimensions only once they are there; till then the principal components. */
  readonly layout: Layout = $derived(this.wanted === "umap" && this.umap ? "umap" : "pca");
  /** Whether the points are still those of another checkpoint than the one that is asked for. */
  readonly former: boolean = $derived.by(() => {
    const { wanted, checkpoint, umap, phase } = this.#session.space;
    if (wanted !== null && wanted !== checkpoint) return true;
    return this.layout === "umap" && umap === null && phase === "loading";
  });
  readonly positions: Float32Array = $derived.by(
    () => (this.layout === "umap" ? this.umap : this.#session.space.pca) ?? new Float32Array(0),
  );
  readonly dims: 2 | 3 = $derived(this.layout === "umap" ? 2 : 3);
  readonly wrong: Uint8Array | null = $derived.by(() => {
    const { labels, neighbours } = this.#session.space;
    return labels && neighbours && this.#session.run?.labelled ? wrongRows(labels, neighbours) : null;
  });
  readonly looks = $derived.by(() =>
    pointLooks({
      by: this.colouring,
      theme: this.#session.theme,
      classes: this.classes,
      shown: this.shown,
      modalities: this.modalities,
      away: this.away,
      wrong: this.wrong,
      drift: this.#session.space.drift ?? new Float32Array(0),
      chosen: this.chosen,
      right: tokenColour("--faint", this.#session.theme),
      bad: tokenColour("--bad", this.#session.theme),
    }),
  );
  readonly captions = $derived.by(() => {
    if (this.colouring !== "label" && this.colouring !== "correctness") return [];
    const names = this.#session.run?.classNames ?? null;
    return classCaptions(this.positions, this.dims, this.classes, this.shown, names);
  });
  readonly summary = $derived(this.chosen && chosenSummary(this.chosen, this.classes, this.wrong));

  toggle(label: number): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(label)) hidden.add(label);
    this.hidden = hidden;
  }

  only(label: number): void {
    this.hidden = new Set(
      this.classes.styles.flatMap((style) => (style.label === label ? [] : [style.label])),
    );
  }

  showAll(): void {
    this.hidden = new Set();
  }

  chooseClass(place: number): void {
    const rows: number[] = [];
    for (const [row, of] of this.classes.of.entries()) if (of === place) rows.push(row);
    this.chosen = Uint32Array.from(rows);
  }

  choose(rows: Uint32Array): void {
    this.lasso = false;
    this.chosen = rows.length > 0 ? rows : null;
  }
}
