import type { SpaceStore } from "../session/spaceStore.svelte.ts";
import { type Walk, walkBackTo, walkFrom, walkTo } from "./walk.ts";

/** The walk through a space, which outlives the view. */
export class Walker {
  readonly #space: SpaceStore;
  walk: Walk | null = $state.raw(null);

  constructor(space: SpaceStore) {
    this.#space = space;
  }

  /** Begins anew at a row that was picked elsewhere; there is no walk where none is picked. */
  follow(selected: number | null): void {
    if (selected === null) this.walk = null;
    else if (this.walk?.rows[this.walk.at] !== selected) this.walk = walkFrom(selected);
  }

  /** @param from where the walk begins, when there is none yet */
  stepTo(row: number, from: number): void {
    this.walk = walkTo(this.walk ?? walkFrom(from), row);
    this.#space.selected = row;
  }

  backTo(at: number): void {
    if (!this.walk) return;
    this.walk = walkBackTo(this.walk, at);
    this.#space.selected = this.walk.rows[this.walk.at]!;
  }
}

const walkers = new WeakMap<SpaceStore, Walker>();

export function walkerOf(space: SpaceStore): Walker {
  const known = walkers.get(space);
  if (known) return known;
  const walker = new Walker(space);
  walkers.set(space, walker);
  return walker;
}
