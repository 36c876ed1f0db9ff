import { lockedColumn, lockedTower } from "../../../alignment/index.ts";
import { InputError, type TensorData } from "../../../base/index.ts";
import { type Column, requirePorts } from "../../../data/index.ts";
import type { CopiedTower, ModelTower } from "../../../runs/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { Embedder, type EmbedOptions, stateWithin, type Tower } from "../../../train/index.ts";
import type { FrozenTower } from "./frozenTower.ts";

/** The state of an alignment, each tower's behind the name of its modality. */
export type AlignedState = ReadonlyMap<string, TensorData>;

/** A tower of an alignment, trained or locked. */
export interface SenseTower {
  readonly modality: string;
  /** What the alignment trains: the tower itself, or what takes a locked one's embeddings as they are. */
  readonly trained: Tower;
  /** The tower from a value of its modality to the embedding, and its weights. */
  whole(state: AlignedState): { readonly tower: Tower; readonly state: AlignedState };
  /** What the alignment is trained on: the column itself, or the embeddings that a locked tower makes of it, once. */
  column(column: Column, options?: EmbedOptions): Promise<Column>;
  /** Opens the tower that embeds values before {@link whole} takes them; left out of one that takes them itself. */
  readonly frozen?: () => Promise<FrozenTower>;
  /** As it goes into the folder `model`. */
  model(state: AlignedState): ModelTower | CopiedTower;
}

/**
 * A tower that the alignment trains, or that takes the embeddings which a frozen one made of the column.
 *
 * @param modelOf the tower with its weights, under its own names, as it goes into a model
 */
export function trainedSense(
  tower: Tower,
  modelOf: (state: AlignedState) => ModelTower | CopiedTower,
): SenseTower {
  const { modality } = tower;
  return {
    modality,
    trained: tower,
    whole: (state) => ({ tower, state: stateWithin(state, modality) }),
    column: async (column) => {
      requirePorts(column, tower.ports);
      return column;
    },
    model: (state) => modelOf(stateWithin(state, modality)),
  };
}

/**
 * A tower that stays as it is, and that the others are to meet.
 *
 * @param copied as the model that it is of has it
 */
export function lockedSense(
  { tower, state }: Pick<ModelTower, "tower" | "state">,
  copied: CopiedTower,
  runtime: Runtime,
): SenseTower {
  return {
    modality: tower.modality,
    trained: lockedTower(tower.modality, tower.dim),
    whole: () => ({ tower, state }),
    column: async (column, options = {}) => {
      requirePorts(column, tower.ports);
      const embedder = await Embedder.fixed(runtime, tower, state);
      try {
        return await lockedColumn(column, embedder, options);
      } finally {
        await embedder.dispose();
      }
    },
    model: () => copied,
  };
}

/** @throws InputError when the towers embed in different lengths. */
export function requireOneLength(towers: readonly SenseTower[]): void {
  const [first, ...others] = towers;
  for (const { modality, trained } of others) {
    if (trained.dim === first!.trained.dim) continue;
    throw new InputError(
      `the tower of ${modality} embeds in ${trained.dim} numbers, that of ${first!.modality} in ${first!.trained.dim}, expected one length: choose it with --dim`,
    );
  }
}
