import { InputError } from "../../base/index.ts";
import type { AlignmentConfig } from "./alignmentConfig.ts";

/** A tower that is to stay as it is. */
export interface LockedTower {
  readonly from: string;
  readonly fingerprint: string;
  /** Length of an embedding. */
  readonly dim: number;
  /** Whether it was trained elsewhere, and so may have a head. */
  readonly pretrained: boolean;
}

/** Those of them that there are, by modality. */
export type LockedTowers = Partial<Readonly<Record<"image" | "text" | "audio", LockedTower>>>;

type Configured = Extract<NonNullable<AlignmentConfig["towers"]["image"]>, { readonly locked: object }>;

/**
 * The length of all embeddings, and which locked towers get a trained head: those that were trained elsewhere, where heads are asked for or
 * the lengths differ.
 *
 * @throws InputError when a length does not fit, or heads are asked for where none can be.
 */
export function lockedForm(
  locked: LockedTowers,
  { dim, heads = false }: { readonly dim?: number | undefined; readonly heads?: boolean | undefined },
  usual: number,
): { readonly dim: number; readonly lockedAs: Readonly<Partial<Record<string, Configured>>> } {
  const towers = Object.entries(locked);
  const pretrained = towers.filter(([, tower]) => tower.pretrained);
  if (heads && pretrained.length === 0) {
    throw new InputError(
      "--heads trains heads behind pretrained towers, and --tower names none: name one, or leave --heads out",
    );
  }
  const [own, ...others] = towers.filter(([, tower]) => !tower.pretrained);
  const other = others.find(([, tower]) => tower.dim !== own![1].dim);
  if (own && other) {
    throw new InputError(
      `the ${own[0]} tower of ${own[1].from} embeds in ${own[1].dim} numbers, the ${other[0]} tower of ${other[1].from} in ${other[1].dim}, and both stay as they are: take towers of one length`,
    );
  }
  const withHeads = heads || new Set(towers.map(([, tower]) => tower.dim)).size > 1;
  const [fixed] = withHeads ? (own ? [own] : []) : towers;
  if (fixed && dim !== undefined && dim !== fixed[1].dim) {
    const { from, dim: length, pretrained: mayHaveHead } = fixed[1];
    throw new InputError(
      `--dim ${dim} is not the ${length} that the locked tower of ${from} embeds in: leave --dim out${mayHaveHead ? ", or train heads to it with --heads" : ""}`,
    );
  }
  const lockedAs = Object.fromEntries(
    towers.map(([modality, { from, fingerprint, pretrained: mayHaveHead }]): [string, Configured] => [
      modality,
      { locked: { from, fingerprint, ...(withHeads && mayHaveHead ? { head: true as const } : {}) } },
    ]),
  );
  return { dim: fixed?.[1].dim ?? dim ?? usual, lockedAs };
}
