import { InputError } from "../../base/index.ts";
import { type MarkerSymbol, type StyledClasses, styleClasses } from "../classStyles.ts";

/** How one modality is shown. */
export interface ModalityMark {
  readonly name: string;
  readonly count: number;
  readonly symbol: MarkerSymbol;
}

/** Points of several modalities, one modality after the other: a marker tells the modality, a colour the class. */
export interface JointPoints {
  readonly modalities: readonly ModalityMark[];
  /** The place of each point's modality, `[count]`. */
  readonly modalityOf: Uint8Array<ArrayBuffer>;
  /** Of more than ten classes several share a colour. */
  readonly classes: StyledClasses;
  /** What a point is, such as its caption, `[count]`; null where only modality and class are known. */
  readonly texts: readonly string[] | null;
}

/** One modality of a joint map. */
export interface JointModality {
  readonly modality: string;
  /** `[rows]` */
  readonly labels: ArrayLike<number>;
  /** `[rows]`, shown of a point that is pointed at. */
  readonly texts?: readonly string[] | undefined;
}

/** In the order in which they are easiest to tell apart where they are small. */
const symbols: readonly MarkerSymbol[] = ["circle", "x", "square", "diamond", "cross"];

/**
 * Styles for the points of several modalities.
 *
 * @param names of the classes by label; null for their numbers
 * @throws InputError when there are no modalities, or more than the five markers that can be told apart.
 */
export function jointPoints(
  modalities: readonly JointModality[],
  names: readonly string[] | null = null,
): JointPoints {
  if (modalities.length === 0 || modalities.length > symbols.length) {
    throw new InputError(
      `${modalities.length} modalities were given to draw, expected 1 to ${symbols.length}, as many as there are markers`,
    );
  }
  const labels = modalities.flatMap((one) => Array.from(one.labels));
  return {
    modalities: modalities.map((one, index) => ({
      name: one.modality,
      count: one.labels.length,
      symbol: symbols[index]!,
    })),
    modalityOf: Uint8Array.from(modalities.flatMap((one, index) => Array.from(one.labels, () => index))),
    classes: styleClasses(Int32Array.from(labels), "light", names),
    texts: modalities.some(({ texts }) => texts)
      ? modalities.flatMap((one) => one.texts ?? Array.from(one.labels, () => ""))
      : null,
  };
}

/** What the joint map is called. */
export const jointTitles = {
  pca: "One space of several modalities (PCA)",
  umap: "One space of several modalities (UMAP)",
} as const;
export type JointView = keyof typeof jointTitles;

/** More classes than this are no longer told apart by a legend. */
export const mostListed = 30;
